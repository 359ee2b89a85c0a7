"""Answers that last: JSON lines as things change. How many a token has open, and how they end."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from ninja.responses import NinjaJSONEncoder

from dashboard.api.handing_over import hand_over
from dashboard.api.problems import Problem
from dashboard.streams.transfer.handover import StreamedAnswer
from hosts import bells
from hosts.access import Person

# of one token in this process
MOST_EACH: Final = 50
JSON_LINES: Final = "application/jsonl"
# what a followed list adds to its route's description
FOLLOWED: Final[dict[str, Any]] = {
    "responses": {200: {"content": {JSON_LINES: {"schema": {}}}}},
}
# looked this often without a bell, since bells may get lost
LOOK_S: Final = 2.0
# and no sooner than this after the last look
REST_S: Final = 0.25
# a sign of life, so that a program and all between see that the answer goes on
ALIVE_S: Final = 15.0
_open: Counter[int] = Counter()


def require_room(token_id: int) -> None:
    """Problem 429 where this token has as many open as are allowed."""
    if _open[token_id] >= MOST_EACH:
        words = _("This token already follows %(many)d answers.") % {"many": MOST_EACH}
        raise Problem(429, "too-many", words)


def follow_lines(
    request: HttpRequest,
    lines: Callable[[], AsyncGenerator[dict[str, Any] | list[Any], None]],
    recheck: Callable[[Person], Any],
) -> HttpResponseBase:
    """JSON lines of what `lines()` yields, one or several at once. The reader is waited for."""
    token_id = request.token.pk  # type: ignore[attr-defined]
    require_room(token_id)

    async def carry(_body: Any) -> HttpResponseBase:
        return StreamedAnswer(
            counted(token_id, _written(lines())), content_type=JSON_LINES, says=_ended
        )

    return hand_over(request, carry, recheck)


def open_by(token_id: int) -> int:
    """How many it follows, in this process."""
    return max(_open[token_id], 1)


async def counted(token_id: int, parts: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The same, counted among what the token has open."""
    _open[token_id] += 1
    try:
        async with aclosing(parts):
            async for part in parts:
                yield part
    finally:
        _open[token_id] -= 1
        if not _open[token_id]:
            del _open[token_id]


def line_of(item: dict[str, Any]) -> bytes:
    """A line of JSON, with dates as everywhere in the API."""
    return json.dumps(item, cls=NinjaJSONEncoder, separators=(",", ":")).encode() + b"\n"


async def _written(
    lines: AsyncGenerator[dict[str, Any] | list[Any], None],
) -> AsyncGenerator[bytes, None]:
    async with aclosing(lines):
        async for item in lines:
            yield b"".join(map(line_of, item if isinstance(item, list) else [item]))


def _ended(words: str) -> bytes:
    return line_of({"op": "ended", "detail": words})


class Waiting:
    """Waits for bells of some topics, in a `with` block."""

    def __init__(self, topics: frozenset[str]) -> None:
        self._topics = topics
        self._rung = asyncio.Event()
        self._subscribed = bells.receiver().subscribed(self._hear)
        self._spoke = asyncio.get_running_loop().time()

    def __enter__(self) -> "Waiting":
        self._subscribed.__enter__()
        return self

    def __exit__(self, *why: Any) -> None:
        self._subscribed.__exit__(*why)

    def _hear(self, topics: set[str]) -> None:
        if topics & self._topics:
            self._rung.set()

    async def bell(self) -> None:
        """Until something may have changed."""
        await asyncio.sleep(REST_S)
        try:
            async with asyncio.timeout(LOOK_S - REST_S):
                await self._rung.wait()
        except TimeoutError:
            return
        finally:
            self._rung.clear()

    def silent(self, *, spoke: bool) -> bool:
        """True where a sign of life is due. `spoke`: something was sent just now."""
        now = asyncio.get_running_loop().time()
        due = not spoke and now - self._spoke >= ALIVE_S
        if spoke or due:
            self._spoke = now
        return due
