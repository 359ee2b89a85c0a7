"""Logs of many containers in one socket, merged by time: followed, or a range read whole."""

import asyncio
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from django.urls import get_resolver, reverse

from dashboard.sockets.consumer import LeanConsumer
from dashboard.streams.log_access import write_log_access
from dashboard.streams.log_choice import Choice, LogQuery, choose, inventory_stamp, log_query
from dashboard.streams.log_source import LogSource, LogViewer, sources
from dashboard.streams.logs import TOO_SLOW_S, RestartSink, moment_of, since_of, tail_of
from dashboard.streams.merged_outbox import MergedOutbox
from dashboard.streams.merged_range import Part, merged_lines
from dashboard.streams.outbox import Outbox
from dashboard.streams.restarts import Ref, RestartMarks, restarts_of
from hosts.access import Denied, NotVisible
from hosts.access.rights_threads import in_rights_thread
from hosts.dial import dial
from hosts.models import InventoryRow
from hosts.podman.logs import TAIL_LIMIT

LOOK_S = 2.0
LEAST_TAIL = 50
Key = tuple[int, str]


class Member:
    """One container among those shown: its number in the stream, its row, how it stands."""

    def __init__(self, number: int, row: InventoryRow) -> None:
        self.number = number
        self.row = row
        self.state: dict[str, Any] = {"state": "connecting"}
        self.source: LogSource | None = None
        self.viewer: LogViewer | None = None

    def as_json(self) -> dict[str, Any]:
        """As the browser gets it."""
        row = self.row
        url = reverse("logs:page", args=[row.endpoint_id, row.podman_id])
        return {
            "source": self.number,
            "name": row.name or row.podman_id[:12],
            "host": str(row.endpoint),
            "url": url,
            **self.state,
        }


class _Share:
    """A source's way into the merged outbox."""

    def __init__(self, outbox: MergedOutbox, number: int) -> None:
        self._outbox, self._number = outbox, number

    def offer(self, lines: list[bytes]) -> None:
        """As Outbox.offer."""
        self._outbox.offer(self._number, lines)


class MergedLogsConsumer(LeanConsumer):
    """Query: `c` ("<endpoint>:<id>", repeated), or `q` (a filter line) with `group` and `key`.

    Else as LogsConsumer.

    To the browser: bytes of lines with their source's number (dashboard.streams.merge). Then
    {"type": "sources", "sources": [{"source", "name", "host", "url", "state"}], "left_out",
    "refused"}. Also {"type": "status", "source", "state"…} and {"type": "gap", "source", "lines"}.
    """

    def __init__(self) -> None:
        super().__init__()
        self.choice = Choice([])
        self.members: dict[Key, Member] = {}
        self._news = asyncio.Event()
        self._told: dict[int, dict[str, Any]] = {}
        self._restarts: dict[Ref, RestartMarks] = {}
        self._tell_all = True

    @cached_property
    def asked(self) -> LogQuery:
        """What the query asks for."""
        return log_query(parse_qs(self.scope.get("query_string", b"").decode("latin-1")))

    async def authorise(self) -> None:
        """container.logs on each container, asked again with every change of access."""
        self.choice = await in_rights_thread(self._choose)
        self._news.set()

    def _choose(self) -> Choice:
        # the list of containers registers itself in the room of its pages
        get_resolver().url_patterns  # noqa: B018
        choice = choose(self.person, self.asked)
        write_log_access(self.scope["session_key"], self.person, choice.rows)
        fresh = [row for row in choice.rows if (row.endpoint_id, row.podman_id) not in self.members]
        self._restarts |= restarts_of(fresh)
        return choice

    async def run(self) -> None:
        """Follow, or read a range to its end."""
        following = self.query.get("follow", "1") == "1" and "until" not in self.query
        self.outbox: MergedOutbox | Outbox = MergedOutbox(self._tail()) if following else Outbox()
        work = [self._follow() if following else self._range(), self._watch_speed()]
        async with asyncio.TaskGroup() as tasks:
            for each in work:
                tasks.create_task(each)

    async def received(self, message: dict[str, Any]) -> None:
        """Credit from the browser."""
        credit = message.get("credit")
        if not isinstance(credit, int) or isinstance(credit, bool):
            raise ValueError
        self.outbox.give_credit(credit)

    async def _follow(self) -> None:
        outbox = self.outbox
        assert isinstance(outbox, MergedOutbox)
        self._settle(outbox)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pump(outbox))
                tasks.create_task(self._tell(outbox))
                if not self.asked.refs:
                    tasks.create_task(self._look())
        finally:
            for member in self.members.values():
                self._leave(member)

    def _settle(self, outbox: MergedOutbox) -> None:
        """Join what is chosen and not yet here; leave what is chosen no more."""
        chosen = {(row.endpoint_id, row.podman_id): row for row in self.choice.rows}
        for key, member in self.members.items():
            if key not in chosen and member.source:
                self._leave(member)
                outbox.leave(member.number)
                member.state = {"state": "gone"}
                self._tell_all = True
        fresh = [
            (key, row)
            for key, row in chosen.items()
            if key not in self.members or not self.members[key].source
        ]
        tail = max(LEAST_TAIL, 2 * self._tail() // max(1, len(chosen)))
        joined = []
        for key, row in fresh:
            member = self.members.setdefault(key, Member(len(self.members), row))
            member.row, member.state = row, {"state": "connecting"}
            outbox.enter(member.number)
            joined.append(member)
        for member in joined:
            self._join(member, outbox, min(tail, self._tail()))
        self._tell_all = self._tell_all or bool(fresh)

    def _join(self, member: Member, outbox: MergedOutbox, tail: int) -> None:
        number, row = member.number, member.row
        way = dial(row.endpoint, streams=True)
        member.source = sources.source(way, row.endpoint_id, row.podman_id)

        def note(state: dict[str, Any]) -> None:
            member.state = {name: value for name, value in state.items() if name != "type"}
            self._news.set()

        share = RestartSink(_Share(outbox, number), self._restarts_of(row))
        member.viewer = LogViewer(share, note, lambda: outbox.caught_up(number))
        member.source.join(member.viewer, tail=tail, since=since_of(self.query))

    def _restarts_of(self, row: InventoryRow) -> RestartMarks:
        """Once for each container: who joins again has seen its past."""
        return self._restarts.pop((row.endpoint_id, row.podman_id), None) or RestartMarks()

    def _leave(self, member: Member) -> None:
        if member.source and member.viewer:
            member.source.leave(member.viewer)
        member.source = member.viewer = None

    async def _look(self) -> None:
        """Containers that begin to match join by themselves."""
        stamp = -1
        while True:
            now = await in_rights_thread(inventory_stamp)
            if now != stamp:
                stamp = now
                try:
                    await self.authorise()
                except NotVisible:
                    await self.end(self.NOT_FOUND)
                except Denied:
                    await self.end(self.DENIED)
            await asyncio.sleep(LOOK_S)

    async def _tell(self, outbox: MergedOutbox) -> None:
        while True:
            self._settle(outbox)
            if self._tell_all:
                self._tell_all = False
                self._told = {}
                await self.send_json(self._sources())
            for member in self.members.values():
                if self._told.get(member.number) not in (None, member.state):
                    status = {"type": "status", "source": member.number, **member.state}
                    await self.send_json(status)
                self._told[member.number] = member.state
            await self._news.wait()
            self._news.clear()

    def _sources(self) -> dict[str, Any]:
        told = [member.as_json() for member in self.members.values()]
        return {
            "type": "sources",
            "sources": told,
            "left_out": self.choice.left_out,
            "refused": self.choice.refused,
        }

    async def _pump(self, outbox: MergedOutbox) -> None:
        while True:
            message, gaps = await outbox.take()
            if message:
                await self.send_bytes(message)
            for source, lines in gaps.items():
                await self.send_json({"type": "gap", "source": source, "lines": lines})

    async def _range(self) -> None:
        """Everything between since and until, whole: the browser's pace holds Podman back."""
        outbox = self.outbox
        assert isinstance(outbox, Outbox)
        for row in self.choice.rows:
            number = len(self.members)
            self.members[row.endpoint_id, row.podman_id] = Member(number, row)
        await self.send_json(self._sources())
        parts = [
            Part(
                member.number,
                dial(member.row.endpoint, streams=True),
                member.row.podman_id,
                since=moment_of(self.query.get("since", "")),
                until=moment_of(self.query.get("until", "")),
                tail=self._tail() if "tail" in self.query else None,
                restarts=self._restarts_of(member.row),
            )
            for member in self.members.values()
        ]
        pump = asyncio.create_task(self._pump_whole(outbox), name="logs pump")
        try:
            async for lines in merged_lines(parts):
                await outbox.put(lines)
            await outbox.drained()
            for part in parts:
                state = {"state": "done"} if not part.cause else {"state": "away"}
                said = {**state, "lines": part.lines, "cause": part.cause}
                await self.send_json({"type": "status", "source": part.number, **said})
            await self.send_json({"type": "status", "state": "done"})
            await asyncio.Event().wait()
        finally:
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)

    async def _pump_whole(self, outbox: Outbox) -> None:
        while True:
            message, _ = await outbox.take()
            await self.send_bytes(message)

    async def _watch_speed(self) -> None:
        """A browser that gives no credit for 30 s while lines wait is sent away (R9)."""
        while True:
            await asyncio.sleep(5)
            if self.outbox.starved_s > TOO_SLOW_S:
                await self.end(self.TOO_SLOW)

    def _tail(self) -> int:
        # taken up where it was: as many as a log gives at most
        return TAIL_LIMIT if since_of(self.query) else tail_of(self.query)
