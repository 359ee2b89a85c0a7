"""A tab of a real Chromium, signed in, and what its renderer process takes."""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import sync_playwright

from tests.bench.client import Client
from tests.bench.running import Process

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


async def _cookies(url: str) -> dict[str, str]:
    async with Client(url) as client:
        return client.cookies


class Tab:
    """One page; use it from the thread that entered it."""

    def __init__(self, chromium: str, url: str) -> None:
        self._chromium, self._url = chromium, url

    def __enter__(self) -> Self:
        cookies = asyncio.run(_cookies(self._url))
        self._before = set(_renderers())
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=self._chromium, args=ARGUMENTS
        )
        context = self._browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies(
            [{"name": name, "value": value, "url": self._url} for name, value in cookies.items()]
        )
        self.page: Any = context.new_page()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._browser.close()
        self._playwright.stop()

    def open(self, path: str) -> None:
        self.page.goto(self._url + path)

    def choose(self, selector: str, value: str) -> None:
        self.page.select_option(selector, value)

    def lines(self) -> int:
        """How many the log page holds."""
        return int(self.page.evaluate("document.querySelector('[data-logs]').dataset.lines || 0"))

    def state(self) -> str:
        """How its stream stands."""
        return str(
            self.page.evaluate("document.querySelector('[data-log-state]').dataset.state || ''")
        )

    def memory_mib(self) -> float:
        """Of the renderer, as Chromium's own task manager counts it: without shared libraries."""
        return self._renderer().own_mib()

    def resident_mib(self) -> float:
        """With them."""
        return self._renderer().rss_mib()

    def _renderer(self) -> Process:
        ours = [Process(pid) for pid in _renderers() if pid not in self._before]
        return max(ours, key=Process.rss_mib)


def _renderers() -> list[int]:
    """Chromium's renderer processes on this machine."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and b"--type=renderer" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found
