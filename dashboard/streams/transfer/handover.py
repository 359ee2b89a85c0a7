"""What a view under `transfer/` returns: how to go on once the person was authorised."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)

from hosts.access import Person
from hosts.access.guard import NO_SESSION

# the answer where it cannot be done: its status, and words
Failed = Callable[[int, str], HttpResponse]
Carry = Callable[[AsyncIterator[bytes]], Awaitable[HttpResponseBase]]


class StreamedAnswer(StreamingHttpResponse):
    """An answer that is poured out: `first`, then `parts`, which end with it however it ends. Left
    to Python's clearing up, an export would hold Podman's lock of its container for as long.
    `says(words)`: the last piece of an answer that breaks off. Without it the connection is cut.
    """

    def __init__(
        self,
        parts: AsyncGenerator[bytes, None],
        *,
        content_type: str,
        first: bytes = b"",
        says: Callable[[str], bytes] | None = None,
    ) -> None:
        super().__init__(_all(first, parts), content_type=content_type)
        self.parts, self.says = parts, says


async def _all(first: bytes, parts: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    if first:
        yield first
    async for part in parts:
        yield part


def _as_json(status: int, words: str) -> HttpResponse:
    return JsonResponse({"error": words}, status=status)


class Handover(HttpResponse):
    """`carry(body)` does the transfer and returns the answer, for a download one that is StreamedAnswer.

    It is cancelled when the browser or the right goes, and cleans up in `finally`. A PodmanError
    out of a streamed answer cuts the connection. `recheck(person)` is called with every change of
    access. It raises NotVisible or Denied once the person may not have this. Of whoever came by a
    token, `until` is when that ends. `limit_bytes`: a longer body gets 413, before its first byte
    where the length is announced. `failed` words what failed as this door does.
    """

    def __init__(
        self,
        request: HttpRequest,
        carry: Carry,
        *,
        person: Person,
        recheck: Callable[[Person], Any],
        limit_bytes: int | None = None,
        until: datetime | None = None,
        failed: Failed | None = None,
    ) -> None:
        super().__init__()
        self.scope: dict[str, Any] = getattr(request, "scope", {})
        self.session_key = NO_SESSION if person.who.token else request.session.session_key
        self.until = until
        self.carry = carry
        self.person = person
        self.recheck = recheck
        self.limit_bytes = limit_bytes
        self.failed = failed or _as_json
        length = request.headers.get("Content-Length", "")
        self.too_large = bool(
            limit_bytes is not None and length.isdecimal() and int(length) > limit_bytes
        )
