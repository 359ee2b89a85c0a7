"""One log stream from Podman for all its viewers: a ring of the last lines, then live lines.

When the host was away it resumes at the last line's time, and drops repeats.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Any, Protocol

from dashboard.streams.lines import LineAssembler, time_of
from dashboard.streams.log_end import Tally
from dashboard.streams.merge import LogClock
from dashboard.streams.restarts import PATIENCE_S, exit_before, mark
from hosts.podman import Dial, Podman, PodmanError, containers
from hosts.podman.errors import BadRequest, NotFound
from hosts.podman.logs import TAIL_LIMIT, batches

log = logging.getLogger(__name__)

RING_LINES = 10_000
RING_BYTES = 4 * 1024 * 1024
# all sources of this process together
RINGS_BYTES = 96 * 1024 * 1024
RETRY_MAX_S = 5.0
# how often a container that has ended is asked whether it runs again
ASLEEP_S = 2.0
# of the newest line's time so many lines are remembered, and how many more there were
SAME_TIME_LINES = 20_000
SAME_TIME_BYTES = 1024 * 1024

Note = Callable[[dict[str, Any]], None]


class LineSink(Protocol):
    """Where a viewer's lines go."""

    def offer(self, lines: list[bytes]) -> None:
        """Take or count these lines; must not wait."""


class LogViewer:
    """One browser on a source: its outbox, and where notes (away, ended) go.

    `caught_up` is called once the lines that were in the log at first are out, or will not come. A
    merger of several logs waits for it.
    """

    def __init__(
        self, outbox: LineSink, note: Note, caught_up: Callable[[], None] | None = None
    ) -> None:
        self.outbox = outbox
        self.note = note
        self.caught_up = caught_up


class LogSource:
    """Follows one container while it has viewers."""

    def __init__(
        self, dial: Dial, container: str, ring_limit: Callable[[], int] = lambda: RING_BYTES
    ) -> None:
        self._dial = dial
        self._ring_limit = ring_limit
        self._container = container
        self._viewers: set[LogViewer] = set()
        self._ring: deque[bytes] = deque()
        self._ring_bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._state: dict[str, Any] = {"type": "status", "state": "connecting"}
        # lines of the last second, to tell repeats from news when resuming
        self._last_time = ""
        self._last_lines: list[bytes] = []
        self._last_bytes = 0
        self._last_more = 0
        # time of the newest line at the beginning, where a viewer wants to know
        self._newest = ""
        self._tally = Tally()

    @property
    def idle(self) -> bool:
        """True when nobody watches."""
        return not self._viewers

    def join(self, viewer: LogViewer, *, tail: int, since: str = "") -> None:
        """Give the last `tail` lines that are here, then everything that comes. `since`: the time
        of a line instead, for a browser that takes up where it was.
        """
        if self._task is None:
            self._last_time = self._last_time or since
            self._task = asyncio.create_task(self._run(tail), name=f"logs {self._container[:12]}")
        else:
            viewer.outbox.offer(self._kept(tail, since))
            viewer.note(self._state)
            if viewer.caught_up:
                viewer.caught_up()
                viewer.caught_up = None
        self._viewers.add(viewer)

    def _kept(self, tail: int, since: str) -> list[bytes]:
        moment = _moment(since)
        if moment is None:
            return list(self._ring)[-tail:] if tail else []
        clock = LogClock()
        return [line for line in self._ring if clock.moment(line) >= moment.timestamp()]

    def leave(self, viewer: LogViewer) -> None:
        """The last one out ends the stream on the host."""
        self._viewers.discard(viewer)
        if not self._viewers and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, tail: int) -> None:
        delay_s = 0.25
        looked = False
        first = not self._last_time
        async with Podman(self._dial) as podman:
            while True:
                began = time.monotonic()
                try:
                    if not looked:
                        await self._look_ahead(podman)
                        looked = True
                    await self._follow(podman, tail=tail if first else None)
                    first = False
                    await self._ended(podman)
                    delay_s = 0.25
                except (NotFound, BadRequest) as gone:
                    self._say({"state": "gone", "cause": gone.message})
                    return
                except PodmanError as lost:
                    first = first and not self._last_time
                    looked = not first
                    self._say({"state": "away", "cause": lost.message})
                    if time.monotonic() - began > RETRY_MAX_S:
                        delay_s = 0.25
                    await asyncio.sleep(delay_s)
                    delay_s = min(delay_s * 2, RETRY_MAX_S)

    async def _look_ahead(self, podman: Podman) -> None:
        """Learn what the newest line is: Podman does not say where a log's past ends."""
        if not any(viewer.caught_up for viewer in self._viewers):
            return
        assembler = LineAssembler()
        frames = batches(podman, self._container, tail=1, timestamps=True)
        lines: list[bytes] = []
        async with aclosing(frames) as pieces:
            async for piece in pieces:
                lines += assembler.feed(piece)
        lines += assembler.rest()
        self._newest = time_of(lines[-1]) if lines else ""
        if not self._newest:
            self._caught_up()

    def _caught_up(self) -> None:
        for viewer in self._viewers:
            if viewer.caught_up:
                viewer.caught_up()
                viewer.caught_up = None

    async def _follow(self, podman: Podman, *, tail: int | None) -> None:
        """Until the container ends (returns) or the host is lost (raises)."""
        since = _moment(self._last_time) if tail is None else None
        repeats = Repeats(self._last_lines, self._last_more, self._last_time) if since else None
        assembler = LineAssembler()
        frames = batches(
            podman, self._container, follow=True, tail=tail, since=since, timestamps=True
        )
        self._say({"state": "live"})
        async with aclosing(frames) as pieces:
            async for piece in pieces:
                lines = assembler.feed(piece)
                if repeats:
                    lines = repeats.without(lines)
                self._give(lines)
        self._give(assembler.rest())

    async def _ended(self, podman: Podman) -> None:
        """Wait until the container runs again."""
        state = (await containers.inspect(podman, self._container)).get("State") or {}
        if state.get("Running"):
            # restarted at once, or the stream ended early (a rotated file, an idle service): go on
            await self._restarted(podman, state)
            await asyncio.sleep(0.25)
            return
        ended: dict[str, Any] = {"state": "ended", "exit_code": state.get("ExitCode")}
        try:
            if loss := await self._tally.loss(self._read, tail=TAIL_LIMIT):
                ended |= {"lost": loss.lines, "since": loss.since, "at_least": not loss.whole}
        except PodmanError as error:
            ended |= {"unsure": True, "cause": error.message}
        self._say(ended)
        while not state.get("Running"):
            await asyncio.sleep(ASLEEP_S)
            state = (await containers.inspect(podman, self._container)).get("State") or {}
        self._mark(_moment(str(state.get("StartedAt"))), ended["exit_code"])

    async def _restarted(self, podman: Podman, state: dict[str, Any]) -> None:
        """Where the container began anew after its last line: a mark, with how it had ended."""
        last, started = _moment(self._last_time), _moment(str(state.get("StartedAt")))
        if last is None or started is None or started <= last:
            return
        code = None
        try:
            async with asyncio.timeout(PATIENCE_S):
                code = await exit_before(podman, self._container, last, started)
        except TimeoutError:
            log.info("no events of %s in time", self._container[:12])
        self._mark(started, code)

    def _mark(self, started: datetime | None, exit_code: object) -> None:
        """A line that no log holds: it is not counted, nor resumed from."""
        if started is None or started.tzinfo is None:
            return
        line = mark(started, exit_code if isinstance(exit_code, int) else None)
        self._ring.append(line)
        self._ring_bytes += len(line)
        for viewer in self._viewers:
            viewer.outbox.offer([line])

    async def _read(self, tail: int | None, since: datetime) -> AsyncIterator[list[bytes]]:
        """The log as it stands, not followed."""
        assembler = LineAssembler()
        async with Podman(self._dial) as podman:
            frames = batches(podman, self._container, tail=tail, since=since, timestamps=True)
            async with aclosing(frames) as pieces:
                async for piece in pieces:
                    yield assembler.feed(piece)
        yield assembler.rest()

    def _give(self, lines: list[bytes]) -> None:
        if not lines:
            return
        self._tally.add(lines)
        newest = time_of(lines[-1])
        if newest and newest != self._last_time:
            self._last_time, self._last_lines = newest, []
            self._last_bytes = self._last_more = 0
        self._remember(lines)
        for line in lines[-RING_LINES:]:
            self._ring.append(line)
            self._ring_bytes += len(line)
        most_bytes = self._ring_limit()
        while self._ring and (len(self._ring) > RING_LINES or self._ring_bytes > most_bytes):
            self._ring_bytes -= len(self._ring.popleft())
        for viewer in self._viewers:
            viewer.outbox.offer(lines)
        if self._newest and newest >= self._newest:
            self._newest = ""
            self._caught_up()

    def _remember(self, lines: list[bytes]) -> None:
        """Those of the newest time, for telling repeats; a host whose time stands still fills nothing."""
        mark = self._last_time.encode()
        if not mark:
            return
        for line in lines:
            if line[1 : 1 + len(mark)] != mark:
                continue
            full = len(self._last_lines) >= SAME_TIME_LINES or self._last_bytes > SAME_TIME_BYTES
            if full:
                self._last_more += 1
            else:
                self._last_lines.append(line)
                self._last_bytes += len(line)

    def _say(self, state: dict[str, Any]) -> None:
        self._state = {"type": "status", **state}
        for viewer in self._viewers:
            viewer.note(self._state)
        if state["state"] in ("away", "ended", "gone"):
            self._caught_up()


class LogSources:
    """The sources of this process, shared by all viewers of a container."""

    def __init__(self) -> None:
        self._sources: dict[tuple[int, str], LogSource] = {}

    def source(self, dial: Dial, endpoint_id: int, container: str) -> LogSource:
        """The running source of this container, or a new one."""
        key = (endpoint_id, container)
        for old in [k for k, source in self._sources.items() if source.idle]:
            del self._sources[old]
        if key not in self._sources:
            self._sources[key] = LogSource(dial, container, self._ring_limit)
        return self._sources[key]

    def _ring_limit(self) -> int:
        """How much each may keep, so that all of them stay within RINGS_BYTES."""
        return min(RING_BYTES, RINGS_BYTES // max(1, len(self._sources)))


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


class Repeats:
    """The lines that a log repeats when it is read again from the newest line's time. Known `lines`
    are dropped once each; after them `more` lines of that time, which come in the same order.
    """

    def __init__(self, lines: list[bytes], more: int, moment: str) -> None:
        self._known = Counter(lines)
        self._left = len(lines)
        self._more = more
        self._mark = moment.encode()

    def __bool__(self) -> bool:
        return self._left > 0 or self._more > 0

    def without(self, lines: list[bytes]) -> list[bytes]:
        """`lines` without those that were sent before the stream broke."""
        fresh = []
        for line in lines:
            if self._known[line] > 0:
                self._known[line] -= 1
                self._left -= 1
            elif self._more > 0 and line[1 : 1 + len(self._mark)] == self._mark:
                self._more -= 1
            else:
                fresh.append(line)
        return fresh


sources = LogSources()
