"""Lists short enough to be read whole: all at once, only if they changed, or as they change."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Schema, Status
from ninja.errors import AuthenticationError
from pydantic import Field

from dashboard.api.bearer import person_of
from dashboard.api.follows import Waiting, follow_lines, open_by
from dashboard.api.headers import is_known
from dashboard.api.recheck import person_now
from hosts.access import Denied, NotVisible, Person, visibility_key
from hosts.database_threads import in_thread
from hosts.podman.errors import Interrupted

# it rests so many times as long as reading took, for each answer that its token follows
RESTS: Final = 20
Read = Callable[[Person], list[dict[str, Any]]]


class WholeQuery(Schema):
    """A list without pages."""

    follow: bool = Field(
        False, description="JSON lines that go on: what is there, then each change as it comes"
    )


def answer_whole(
    request: HttpRequest, response: HttpResponse, asked: WholeQuery, name: str, read: Read
) -> Any:
    """What `read` gives (items with an `id`), 304, or lines of which each has a `name`."""
    if asked.follow:
        token_id = request.token.pk  # type: ignore[attr-defined]
        lines = _Lines(name, read, lambda: person_now(request), token_id)
        return follow_lines(request, lines.all, lambda _now: None)
    items = read(person_of(request))
    if is_known(request, response, items):
        return Status(304, None)
    return {"items": items}


class _Lines:
    """One program's."""

    def __init__(self, name: str, read: Read, who: Callable[[], Person], token_id: int) -> None:
        self._name, self._read, self._who, self._token_id = name, read, who, token_id
        # of what was sent: only what tells one from another is kept
        self._sent: dict[int, int] = {}
        self._key = ""

    async def all(self) -> AsyncGenerator[list[Any], None]:
        """Lists of lines, for ever."""
        with Waiting(frozenset({"hosts", "access"})) as waiting:
            while True:
                began = time.monotonic()
                lines = await in_thread(self._news)
                took_s = time.monotonic() - began
                if lines:
                    yield lines
                if waiting.silent(spoke=bool(lines)):
                    yield [{"op": "alive"}]
                await asyncio.sleep(took_s * RESTS * open_by(self._token_id))
                await waiting.bell()

    def _news(self) -> list[dict[str, Any]]:
        """What the reader does not know yet. Interrupted."""
        try:
            person = self._who()
            key, items = visibility_key(person), self._read(person)
        except (AuthenticationError, NotVisible, Denied) as gone:
            # the guard ends it at once
            raise Interrupted("The token or its right ended.") from gone
        now = {item["id"]: hash(repr(item)) for item in items}
        again, self._key = key != self._key, key
        known, self._sent = {} if again else self._sent, now
        lines = [
            {"op": self._name, self._name: item}
            for item in items
            if known.get(item["id"]) != now[item["id"]]
        ]
        if again:
            return [{"op": "begin"}, *lines, {"op": "whole"}]
        return [{"op": "gone", "id": one} for one in known if one not in now] + lines
