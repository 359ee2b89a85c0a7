"""One HTTP session to one Podman socket: deadlines, a size cap, typed errors, no repeated POST.

Follows no redirect and keeps connections. Podman copes with about four changes at once per
endpoint; the caller keeps that bound.
"""

import asyncio
import copy
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import aiohttp

from hosts.podman.dial import STREAM_BUFFER_BYTES, Dial
from hosts.podman.errors import AnswerTooLarge, Malformed, NoSocket, from_answer, podman_errors
from hosts.podman.paths import Params, with_query

ANSWER_LIMIT_BYTES: Final = 32 * 1024 * 1024
# a parsed value takes up to 80 bytes, 36 times as much as in an answer like `[[],[],[], …`
VALUES_LIMIT: Final = 2_000_000
ERROR_LIMIT_BYTES: Final = 64 * 1024
CHUNK_BYTES: Final = 64 * 1024
# Safe to send again when a kept connection turns out to be closed.
REPEATABLE: Final = frozenset({"GET", "HEAD"})
LISTENS_AGAIN_S: Final = 0.25
T = TypeVar("T")
# method, target and query of a request
RequestCheck = Callable[[str, str, Params | None], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer below 400."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Raises Malformed where the body is not JSON."""
        return decode(self.body)

    def object(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Malformed where it is something else."""
        return as_object(self.json())

    def objects(self) -> list[dict[str, Any]]:
        """The body as a list of JSON objects (`null` is an empty one: Go's nil slice)."""
        return as_objects(self.json())


class Podman:
    """An async context manager over one session; use it in the loop that entered it.

    `timeout_s` bounds each call as a whole, but not streams. `waits_s`: how long a request waits
    unsent while nobody listens at the socket, as when the link restarts.
    """

    def __init__(self, dial: Dial, timeout_s: float = 30.0, *, waits_s: float = 0.0) -> None:
        self.dial = dial
        self.timeout_s = timeout_s
        self.waits_s = waits_s
        self._session: aiohttp.ClientSession | None = None
        self._check: RequestCheck | None = None

    def checked_by(self, check: RequestCheck) -> Self:
        """A client over the same session that calls `check` before each request; what it raises stops it."""
        other = copy.copy(self)
        other._check = check
        return other

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=self.dial.connector(),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            # Podman compresses nothing: a host that does could send a bomb
            auto_decompress=False,
            headers={"User-Agent": "Haulout", "Accept-Encoding": "identity"},
            read_bufsize=STREAM_BUFFER_BYTES,
        )
        # aiohttp repeats PUT and DELETE on a new connection when a kept one was closed. A repeated
        # removal answers 404 about its own success. There is no public switch (aiohttp 3.14,
        # client.py), so reads are repeated here instead.
        self._session._retry_connection = False
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(
        self,
        method: str,
        target: str,
        *,
        params: Params | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """Send one request and read the whole answer (≤ 32 MiB).

        `target`: from `paths.path`. `body`: bytes, or something that JSON can hold. `timeout_s`
        replaces the client's own. Raises the errors of `hosts.podman.errors`.
        """
        deadline_s = self.timeout_s if timeout_s is None else timeout_s

        async def send() -> Answer:
            with podman_errors(method, target, deadline_s=deadline_s):
                async with asyncio.timeout(deadline_s):
                    try:
                        return await self._once(method, target, params, body, headers)
                    except (aiohttp.ServerDisconnectedError, aiohttp.ClientConnectionResetError):
                        if method not in REPEATABLE:
                            raise
                        return await self._once(method, target, params, body, headers)

        return await self._when_listening(send)

    async def _when_listening(self, send: Callable[[], Awaitable[T]]) -> T:
        """The result of `send`, once somebody listens. NoSocket when nobody does in time."""
        until = time.monotonic() + self.waits_s
        while True:
            try:
                return await send()
            except NoSocket:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(LISTENS_AGAIN_S)

    async def get(
        self, target: str, *, params: Params | None = None, timeout_s: float | None = None
    ) -> Answer:
        return await self.call("GET", target, params=params, timeout_s=timeout_s)

    async def change(
        self,
        target: str,
        *,
        params: Params | None = None,
        timeout_s: float | None = None,
    ) -> bool:
        """POST without a body. True: changed; False: it was so already (304)."""
        answer = await self.call("POST", target, params=params, timeout_s=timeout_s)
        return answer.status != 304

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        target: str,
        *,
        params: Params | None = None,
        body: AsyncIterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        head_timeout_s: float | None = None,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The body of an answer as it arrives, without size cap or deadline.

        `body` is sent at the host's pace; what it raises comes out unchanged. `head_timeout_s` bounds
        the wait for the head; some streams (events, followed logs) send it with the first data.
        Leaving the block ends the stream on the host.
        """
        fed = _RequestBody(body) if body is not None else None

        async def send() -> aiohttp.ClientResponse:
            with podman_errors(method, target, deadline_s=head_timeout_s):
                async with asyncio.timeout(head_timeout_s):
                    try:
                        return await self._send(method, target, params, fed, headers)
                    except aiohttp.ClientError:
                        if fed is not None and fed.failure is not None:
                            raise fed.failure from None
                        raise

        response = await self._when_listening(send)
        try:
            with podman_errors(method, target, deadline_s=self.timeout_s):
                async with asyncio.timeout(self.timeout_s if response.status >= 300 else None):
                    await _refuse_errors(response)
            yield _pieces(response, method, target)
        finally:
            connection = response.connection if fed is not None else None
            if connection is not None and connection.transport is not None:
                # Podman answered before the body was sent: the rest never will be
                connection.transport.abort()
            # not `release`, which would first read the rest of an endless stream
            response.close()

    async def _send(
        self,
        method: str,
        target: str,
        params: Params | None,
        body: Any,
        headers: Mapping[str, str] | None,
    ) -> aiohttp.ClientResponse:
        if self._session is None:
            raise RuntimeError("Podman is used outside of its `async with` block.")
        if self._check is not None:
            self._check(method, target, params)
        raw = body is None or isinstance(body, bytes | _RequestBody)
        return await self._session.request(
            method,
            f"http://podman{with_query(target, params)}",
            data=body if raw else json.dumps(body).encode(),
            headers=dict(headers or {}) | ({} if raw else {"Content-Type": "application/json"}),
            allow_redirects=False,
        )

    async def _once(
        self,
        method: str,
        target: str,
        params: Params | None,
        body: Any,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        response = await self._send(method, target, params, body, headers)
        try:
            await _refuse_errors(response)
            content = await _whole(response, limit_bytes=ANSWER_LIMIT_BYTES)
            return Answer(response.status, response.headers, content)
        except BaseException:
            # the rest is unread, so the connection cannot be kept
            response.close()
            raise


class _RequestBody:
    """A body that is read while it is sent; keeps the error of its source."""

    def __init__(self, source: AsyncIterator[bytes]) -> None:
        self._source = source
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._source:
                yield piece
        except Exception as failure:
            # aiohttp would replace this error with one of its own
            self.failure = failure
            raise


async def _refuse_errors(response: aiohttp.ClientResponse) -> None:
    if response.status < 300 or response.status == 304:
        return
    body = await _whole(response, limit_bytes=ERROR_LIMIT_BYTES)
    raise from_answer(
        response.status,
        body,
        content_type=response.headers.get("Content-Type", ""),
        api="Api-Version" in response.headers,
    )


async def _whole(response: aiohttp.ClientResponse, *, limit_bytes: int) -> bytes:
    if (response.content_length or 0) > limit_bytes:
        raise _too_large(response, limit_bytes)
    content = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        content += chunk
        if len(content) > limit_bytes:
            raise _too_large(response, limit_bytes)
    return bytes(content)


def _too_large(response: aiohttp.ClientResponse, limit_bytes: int) -> AnswerTooLarge:
    return AnswerTooLarge(
        f"Podman's answer is larger than {limit_bytes // 1024} KiB; the rest was not read.",
        status=response.status,
    )


async def _pieces(
    response: aiohttp.ClientResponse, method: str, target: str
) -> AsyncIterator[bytes]:
    with podman_errors(method, target, deadline_s=None):
        async for chunk in response.content.iter_any():
            yield chunk


def require_few_values(body: bytes) -> None:
    """Raise AnswerTooLarge for more than VALUES_LIMIT JSON values, before any is made.

    Counts separators, also those within texts.
    """
    # each value has at least two bytes
    if len(body) <= 2 * VALUES_LIMIT:
        return
    if sum(body.count(sign) for sign in (b",", b":", b"{", b"[")) > VALUES_LIMIT:
        raise AnswerTooLarge(
            f"Podman's answer has more than {VALUES_LIMIT:,} values; it was not read.", status=200
        )


def decode(body: bytes) -> Any:
    """JSON as Podman sends it. Raises Malformed, AnswerTooLarge."""
    require_few_values(body)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise Malformed("Podman's answer is not JSON.", cause=str(exc)) from exc


def as_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed("Podman's answer is not a JSON object.")
    return value


def as_objects(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Malformed("Podman's answer is not a list of JSON objects.")
    return value
