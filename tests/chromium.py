"""Chromium for tests: Debian's, driven by Playwright. A page fails its test on any sign of trouble."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# what is to be seen is there after a moment; so long on two cores that do other things too
WITHIN_S = 60
# what htmx says when a page is left while it waits is nobody's fault
LEFT = ("htmx:sendAbort", "htmx:afterRequest")
# nor is a change of the machine's addresses by another lab that comes or goes
ELSEWHERE = "net::ERR_NETWORK_CHANGED"
# Chromium's own words for a refusal by Content-Security-Policy
CSP_SIGNS = ("Content Security Policy", "Content-Security-Policy")


class Watched:
    """Collects dialogs, refused content and console errors of every page of a context."""

    def __init__(self) -> None:
        self.trouble: list[str] = []

    def watch(self, page: Any) -> None:
        """Follow one page; a dialog is dismissed, so that the test goes on to its failure."""
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self.trouble.append(f"page error: {error}"))
        page.on("console", self._console)
        page.on("crash", lambda page: self.trouble.append(f"page crashed: {page.url}"))

    def _dialog(self, dialog: Any) -> None:
        self.trouble.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: Any) -> None:
        if message.text.startswith(LEFT) or ELSEWHERE in message.text:
            return
        if message.type == "error" or any(sign in message.text for sign in CSP_SIGNS):
            place = message.location or {}
            self.trouble.append(f"console {message.type}: {message.text} ({place.get('url')})")


def program() -> str | None:
    """The path of the browser, as people have it. Its headless shell takes half the processor time, and
    is fast enough to get ahead of what some tests wait for.
    """
    given = os.environ.get("HAULOUT_TEST_CHROMIUM")
    return given or shutil.which("chromium") or shutil.which("chromium-headless-shell")


@pytest.fixture(scope="session")
def browser(must_have: Callable[[object, str], None]) -> Iterator[Any]:
    """One Chromium for the session."""
    path = program()
    must_have(path, "Chromium is missing: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WITHIN_S * 1000)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def new_page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """`new_page(**context options)`: a page in a context of its own, a second person's for example."""
    contexts: list[Any] = []
    watched = Watched()

    def make(**options: Any) -> Any:
        context = browser.new_context(
            ignore_https_errors=True, **{"viewport": {"width": 1280, "height": 800}, **options}
        )
        context.set_default_timeout(WITHIN_S * 1000)
        contexts.append(context)
        context.on("page", watched.watch)
        return context.new_page()

    yield make
    # how the pages looked at the end, for whoever wonders why a test failed
    if shots := os.environ.get("TEST_SHOTS"):
        for number, page in enumerate(page for context in contexts for page in context.pages):
            page.screenshot(path=f"{shots}/{request.node.name}-{number}.png")
    for context in contexts:
        context.close()
    if request.node.get_closest_marker("no_console_check") is None:
        assert not watched.trouble, "\n".join(watched.trouble)


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A page that fails its test on any dialog, refused content or console error."""
    return new_page()
