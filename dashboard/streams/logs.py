"""Logs of one container in a browser: followed (shared, thinned under flood) or a range (whole)."""

import asyncio
import logging
from contextlib import aclosing
from datetime import datetime
from typing import Any

from dashboard.sockets.consumer import LeanConsumer
from dashboard.streams.lines import LineAssembler
from dashboard.streams.log_access import VERB, write_log_access
from dashboard.streams.log_source import LineSink, LogViewer, sources
from dashboard.streams.outbox import Outbox
from dashboard.streams.restarts import RestartMarks, restarts_of
from hosts.access import get_object
from hosts.access.rights_threads import in_rights_thread
from hosts.dial import dial
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError
from hosts.podman.logs import TAIL_LIMIT, batches

log = logging.getLogger(__name__)
TOO_SLOW_S = 30.0


class RestartSink:
    """The way of a source's lines into an outbox, with the restarts that were before."""

    def __init__(self, outbox: LineSink, restarts: RestartMarks) -> None:
        self._outbox, self._restarts = outbox, restarts

    def offer(self, lines: list[bytes]) -> None:
        """As Outbox.offer."""
        self._outbox.offer(self._restarts.insert(lines))


class LogsConsumer(LeanConsumer):
    """Query: `tail` (0…10,000; default 1,000), `follow` (1), `since`, `until` (RFC 3339). Followed
    `since` a line's time, all lines of that time come again and all after it.

    From the browser: {"credit": bytes}. To it: bytes of lines (dashboard.streams.lines), and
    {"type": "gap", "lines"}, {"type": "status", "state": connecting|live|ended|away|gone|done}.
    """

    row: InventoryRow

    async def authorise(self) -> None:
        """container.logs on this container, asked again with every change of access."""
        self.row = await in_rights_thread(self._fetch)

    def _fetch(self) -> InventoryRow:
        row = get_object(
            self.person,
            "container",
            self.route["endpoint_id"],
            self.route["podman_id"],
            verb=VERB,
        )
        write_log_access(self.scope["session_key"], self.person, [row])
        return row

    async def run(self) -> None:
        """Follow, or read a range to its end."""
        self.outbox = Outbox()
        self.restarts = next(
            iter((await in_rights_thread(lambda: restarts_of([self.row]))).values())
        )
        pump = asyncio.create_task(self._pump(), name="logs pump")
        slow = asyncio.create_task(self._watch_speed(), name="logs speed")
        try:
            if self.query.get("follow", "1") == "1" and "until" not in self.query:
                await self._follow()
            else:
                await self._range()
        finally:
            slow.cancel()
            pump.cancel()
            await asyncio.gather(pump, slow, return_exceptions=True)

    async def received(self, message: dict[str, Any]) -> None:
        """Credit from the browser."""
        credit = message.get("credit")
        if not isinstance(credit, int) or isinstance(credit, bool):
            raise ValueError
        self.outbox.give_credit(credit)

    async def _follow(self) -> None:
        source = sources.source(
            dial(self.row.endpoint, streams=True), self.row.endpoint_id, self.row.podman_id
        )
        notes: asyncio.Queue[dict[str, Any]] = asyncio.Queue(100)

        def note(state: dict[str, Any]) -> None:
            if not notes.full():
                notes.put_nowait(state)

        viewer = LogViewer(RestartSink(self.outbox, self.restarts), note)
        source.join(viewer, tail=self._tail(), since=since_of(self.query))
        try:
            while True:
                await self.send_json(await notes.get())
        finally:
            source.leave(viewer)

    async def _range(self) -> None:
        """Everything between since and until, whole: the browser's pace holds Podman back."""
        assembler = LineAssembler()
        count = 0
        tail = self._tail() if "tail" in self.query else None
        try:
            async with Podman(dial(self.row.endpoint, streams=True)) as podman:
                frames = batches(
                    podman,
                    self.row.podman_id,
                    tail=tail,
                    since=moment_of(self.query.get("since", "")),
                    until=moment_of(self.query.get("until", "")),
                    timestamps=True,
                )
                async with aclosing(frames) as pieces:
                    async for piece in pieces:
                        lines = assembler.feed(piece)
                        count += len(lines)
                        await self.outbox.put(self.restarts.insert(lines))
            rest = assembler.rest()
            count += len(rest)
            await self.outbox.put(self.restarts.insert(rest))
            await self.outbox.drained()
            await self.send_json({"type": "status", "state": "done", "lines": count})
        except PodmanError as failed:
            await self.outbox.drained()
            await self.send_json({"type": "status", "state": "failed", "cause": failed.message})
        await asyncio.Event().wait()

    async def _pump(self) -> None:
        while True:
            message, gap = await self.outbox.take()
            if message:
                await self.send_bytes(message)
            if gap:
                await self.send_json({"type": "gap", "lines": gap})

    async def _watch_speed(self) -> None:
        """A browser that gives no credit for 30 s while lines wait is sent away (R9)."""
        while True:
            await asyncio.sleep(5)
            if self.outbox.starved_s > TOO_SLOW_S:
                await self.end(self.TOO_SLOW)

    def _tail(self) -> int:
        return tail_of(self.query)


def tail_of(query: dict[str, str]) -> int:
    """How many of the last lines a query asks for."""
    text = query.get("tail", "1000")
    return min(int(text), TAIL_LIMIT) if text.isdecimal() else 1000


def since_of(query: dict[str, str]) -> str:
    """The line's time from which a followed log is taken up; "" where there is none."""
    text = query.get("since", "")[:40]
    return text if moment_of(text) else ""


def moment_of(text: str) -> datetime | None:
    """An RFC 3339 time of a query; None for what is none, or names no zone."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
