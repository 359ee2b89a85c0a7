"""A signed-in browser without a screen: pages and sockets as the real ones ask for them."""

import re
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.bench.figures import CannotRun
from tests.bench.running import EMAIL, PASSWORD


class Client:
    """Use it in the loop it was entered in."""

    def __init__(self, url: str, email: str = EMAIL) -> None:
        self.url = url.rstrip("/")
        self._email = email

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            # addresses instead of names: their cookies are kept only so
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            connector=aiohttp.TCPConnector(limit=0),
            headers={"Origin": self.url},
            read_bufsize=2**20,
        )
        try:
            await self._sign_in()
        except BaseException:
            await self._session.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def _sign_in(self) -> None:
        await self.get("/account/login/")
        status = await self.post("/account/login/", login=self._email, password=PASSWORD)
        if status != 302:
            raise CannotRun(f"signing in answered {status}")

    async def get(self, path: str) -> str:
        """The body of a page."""
        async with self._session.get(self.url + path) as answer:
            if answer.status != 200:
                raise CannotRun(f"GET {path} answered {answer.status}")
            return await answer.text()

    async def post(self, path: str, **fields: str) -> int:
        """Send a form; the answer's status."""
        form = {**fields, "csrfmiddlewaretoken": self._token()}
        headers = {"Referer": self.url + "/"}
        async with self._session.post(
            self.url + path, data=form, headers=headers, allow_redirects=False
        ) as answer:
            await answer.read()
            return answer.status

    async def put_file(self, path: str, file: Path) -> tuple[int, str]:
        """Send a file as a body; the answer's status and text."""
        with file.open("rb") as body:
            async with self._session.put(
                self.url + path, data=body, headers=self.headers_for_change
            ) as answer:
                return answer.status, await answer.text()

    async def count_bytes(self, path: str) -> int:
        """How many bytes a download brings; they are not kept."""
        taken = 0
        async with self._session.get(self.url + path) as answer:
            async for piece in answer.content.iter_any():
                taken += len(piece)
        return taken

    @property
    def http(self) -> aiohttp.ClientSession:
        """For requests that are no plain page."""
        return self._session

    @property
    def headers_for_change(self) -> dict[str, str]:
        """What a request has to say that is no form."""
        return {"X-CSRFToken": self._token(), "Referer": self.url + "/"}

    def _token(self) -> str:
        found = [cookie.value for cookie in self._session.cookie_jar if "csrf" in cookie.key]
        return found[0] if found else ""

    @property
    def cookies(self) -> dict[str, str]:
        """Name to value."""
        return {cookie.key: cookie.value for cookie in self._session.cookie_jar}

    def socket(self, path: str) -> Any:
        """`async with client.socket("/ws/…") as socket`."""
        url = re.sub("^http", "ws", self.url) + path
        return self._session.ws_connect(url, max_msg_size=0, heartbeat=None)
