"""A container's log as it is written, for programs: what `podman logs --follow` prints."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import Field

from dashboard.api.bearer import person_of
from dashboard.api.follows import counted, require_room
from dashboard.api.handing_over import hand_over
from dashboard.api.inventory import Id, ObjectId
from dashboard.api.problems import of_podman
from dashboard.streams.log_access import VERB, write_log_access
from dashboard.streams.log_source import LogSource, LogViewer
from dashboard.streams.restarts import is_mark
from dashboard.streams.transfer.handover import StreamedAnswer
from hosts.access import Person, get_object
from hosts.dial import dial
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError, containers
from hosts.podman.errors import Interrupted
from hosts.podman.logs import TAIL_LIMIT

router = Router()
# what may wait for a program that reads slowly; after that it is let go
WAITING_BYTES: Final = 16 * 2**20
PIECE_BYTES: Final = 256 * 2**10


class FollowQuery(Schema):
    """Where to begin."""

    tail: int = Field(1000, ge=1, le=TAIL_LIMIT)
    timestamps: bool = False


@router.get(
    "/containers/{endpoint_id}/{podman_id}/logs/follow",
    tags=["containers"],
    summary="Follow the logs of a container",
    openapi_extra={
        "responses": {200: {"description": "Lines", "content": {"text/plain": {"schema": {}}}}}
    },
)
def follow_logs(
    request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, asked: Query[FollowQuery]
) -> HttpResponseBase:
    """The last lines, then each as it is written, until the container ends. It goes on when the
    host was away. An answer without a last chunk is not whole: the right or the token ended, the
    reader was too slow, or Podman left lines out. Reading is an entry in the audit log.
    """
    person = person_of(request)
    row = get_object(person, "container", endpoint_id, podman_id, verb=VERB)
    token_id = request.token.pk  # type: ignore[attr-defined]
    require_room(token_id)
    write_log_access(person.who.token, person, [row])

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        try:
            async with Podman(dial(row.endpoint, streams=True)) as podman:
                await containers.inspect(podman, podman_id)
        except PodmanError as error:
            return of_podman(error)
        lines = counted(token_id, _lines(row, asked))
        return StreamedAnswer(lines, content_type="text/plain; charset=utf-8")

    def recheck(now: Person) -> None:
        get_object(now, "container", endpoint_id, podman_id, verb=VERB)

    return hand_over(request, carry, recheck)


async def _lines(row: InventoryRow, asked: FollowQuery) -> AsyncGenerator[bytes, None]:
    # of its own: who comes later to a shared one gets what it began with, here few lines perhaps
    source = LogSource(dial(row.endpoint, streams=True), row.podman_id, ring_limit=lambda: 0)
    taken = _LineQueue()
    viewer = LogViewer(taken, taken.note)
    source.join(viewer, tail=asked.tail)
    try:
        async with aclosing(taken.pieces()) as pieces:
            async for lines in pieces:
                yield b"".join(line[1:] if asked.timestamps else _text(line) for line in lines)
    finally:
        source.leave(viewer)


def _text(line: bytes) -> bytes:
    """Without stream and time (dashboard.streams.lines)."""
    return line.partition(b" ")[2]


class _LineQueue:
    """Lines that wait for one program, and the end of the log."""

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._end: dict[str, Any] | None = None
        self._slow = False

    def offer(self, lines: list[bytes]) -> None:
        """Take these; a program that is far behind gets none any more."""
        self._slow = self._slow or self._bytes > WAITING_BYTES
        lines = [line for line in lines if not is_mark(line)]
        if not self._slow:
            self._lines.extend(lines)
            self._bytes += sum(map(len, lines))
        self._news.set()

    def note(self, state: dict[str, Any]) -> None:
        """The source says how it stands with the container."""
        if state["state"] in ("ended", "gone"):
            self._end = state
            self._news.set()

    async def pieces(self) -> AsyncGenerator[list[bytes], None]:
        """Lines as they come, to the end of the log. Interrupted where some are missing."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._lines:
                yield self._piece()
            if self._slow:
                raise Interrupted("The program read too slowly.")
            if self._end is not None:
                if self._end.get("lost") or self._end.get("unsure"):
                    raise Interrupted("Podman left out lines at the end.")
                return

    def _piece(self) -> list[bytes]:
        piece, size = [], 0
        while self._lines and size < PIECE_BYTES:
            piece.append(self._lines.popleft())
            size += len(piece[-1])
        self._bytes -= size
        return piece
