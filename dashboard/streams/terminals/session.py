"""One terminal: a pipe into a container, its scroll-back, and whoever looks at it.

Lives apart from any socket: for `grace_s` after the last viewer left, and until it has ended.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar, Final

from django.db import DatabaseError

from audit.shapes import Result
from dashboard.streams.terminals.endings import Ending, after_end, refused
from dashboard.streams.terminals.flood_skip import FloodSkip
from dashboard.streams.terminals.keyboard import Keyboard
from dashboard.streams.terminals.pipe import NoShell, Pipe
from dashboard.streams.terminals.scrollback import Scrollback
from dashboard.streams.terminals.viewer import REST_BYTES, TerminalViewer
from hosts.access import Person, get_object
from hosts.access.guard import guard
from hosts.access.rights_threads import in_rights_thread
from hosts.actions.containers import open_terminal
from hosts.actions.containers.open_terminal import VERBS, TerminalIntent
from hosts.database_threads import in_thread
from hosts.podman import PodmanError

log = logging.getLogger(__name__)
# waiting for the one who types before Podman is held back
HIGH_BYTES: Final = 256 * 1024
# how fast a flood runs on that nobody looks at
UNSEEN_BYTES_S: Final = 4 * 1024 * 1024
# what runs has so long to end by itself; whose right went has 2 s for all of it
PATIENCE_S: Final = 1.0
WITHDRAWN_PATIENCE_S: Final = 0.3


class Session:
    """Made by `sessions.open`. `run` is its whole life."""

    WITHDRAWN: ClassVar[int] = 4401

    def __init__(
        self, person: Person, session_key: str, opened: TerminalIntent, *, grace_s: float
    ) -> None:
        self.person = person
        self.scope: dict[str, Any] = {"session_key": session_key}
        self.opened = opened
        self.grace_s = grace_s
        self.kept = Scrollback()
        self.viewers: set[TerminalViewer] = set()
        self.driver: TerminalViewer | None = None
        self.size = (opened.options.columns, opened.options.rows)
        self.ending: Ending | None = None
        self.open = asyncio.Event()
        # set when the outcome has been written
        self.over = asyncio.Event()
        self._pipe = Pipe(opened)
        self._keyboard = Keyboard(self._pipe, self._tell_taken)
        self._began = time.monotonic()
        self._stop = asyncio.Event()
        self._stopped_by = ""
        self._drained = asyncio.Event()
        self._sized = asyncio.Event()
        self._left = asyncio.Event()
        self._flood_skip = FloodSkip()

    # what the guard asks of it

    async def authorise(self) -> None:
        """The owner's right, asked again with every change of access. NotVisible, Denied."""
        await in_rights_thread(self._authorise)

    def _authorise(self) -> None:
        row = self.opened.row
        verb = VERBS[self.opened.options.kind]
        get_object(self.person, "container", row.endpoint_id, row.podman_id, verb=verb)

    async def end(self, code: int) -> None:
        """The right was withdrawn."""
        self.stop("withdrawn")

    # those who look on

    def join(self, viewer: TerminalViewer, *, have: int, session_key: str = "") -> None:
        """Show it to one more. The owner's newest place is the one that types."""
        self.viewers.add(viewer)
        viewer.begin(self.kept, have)
        viewer.note(self._size_note())
        if viewer.owner:
            self.driver = viewer
            self.scope = {"session_key": session_key}
        if self.ending:
            viewer.last = self.ending.note
        self._drained.set()
        self._tell_roles()

    def leave(self, viewer: TerminalViewer) -> None:
        """One less; after the last one the time of grace begins."""
        self.viewers.discard(viewer)
        if self.driver is viewer:
            self.driver = next((other for other in self.viewers if other.owner), None)
        if not self.viewers:
            self._left.set()
        self._drained.set()
        self._tell_roles()

    def drive(self, viewer: TerminalViewer) -> None:
        """Type from this place of the owner's from now on."""
        if viewer.owner:
            self.driver = viewer
            self._drained.set()
            self._tell_roles()

    @property
    def watchers(self) -> list[str]:
        """Names of the others."""
        return sorted({viewer.name for viewer in self.viewers if not viewer.owner})

    def viewer_advanced(self) -> None:
        """A viewer was sent more."""
        self._drained.set()

    def _tell_roles(self) -> None:
        options, what = self.opened.options, self._pipe.shell or self.opened.options.words
        shared = {
            "type": "role",
            "of": self.opened_by,
            "watchers": self.watchers,
            "kind": options.kind,
            "command": what if self.open.is_set() else "",
            "tty": self._pipe.tty,
        }
        for viewer in self.viewers:
            viewer.note({**shared, "types": viewer is self.driver, "owner": viewer.owner})

    @property
    def opened_by(self) -> str:
        """The owner's name."""
        return str(self.person.user)

    # what is typed

    def feed(self, viewer: TerminalViewer, data: bytes) -> None:
        """Typed by `viewer`; only the one who drives is heard. ValueError: more than is allowed."""
        if viewer is not self.driver or self.ending:
            return
        # what goes in as it is may be a file: no key is among it
        if b"\x03" in data and not self._pipe.raw:
            self._interrupt()
        elif b"\r" in data or b"\n" in data:
            self._flood_skip.end()
        self._keyboard.feed(data)

    def end_input(self, viewer: TerminalViewer) -> None:
        """The one who types is through: what runs reads an end."""
        if viewer is self.driver:
            self._keyboard.end()

    def _tell_taken(self, count: int) -> None:
        if self.driver is not None:
            self.driver.note({"type": "took", "bytes": count})

    def resize(self, viewer: TerminalViewer, columns: int, rows: int) -> None:
        """The one who types says how large it is; everybody's window follows."""
        if viewer is self.driver and (columns, rows) != self.size:
            self.size = (columns, rows)
            self._sized.set()
            for other in self.viewers - {viewer}:
                other.note(self._size_note())

    def _size_note(self) -> dict[str, Any]:
        return {"type": "size", "columns": self.size[0], "rows": self.size[1]}

    def _interrupt(self) -> None:
        """Ctrl-C: skip the part of a flood that the browser has not drawn.

        Drawn, not sent: while the container pauses, all may be sent and more on its way.
        """
        if self.driver is not None and self.kept.end - self.driver.drawn > REST_BYTES:
            self._flood_skip.begin(time.monotonic())
            self.driver.skip_to(self.kept, self.kept.end - REST_BYTES)
            self._drained.set()

    def stop(self, why: str) -> None:
        """End it: `closed` by the owner, `left` alone for too long, `withdrawn`."""
        self._stopped_by = self._stopped_by or why
        self._stop.set()

    async def deserted(self) -> None:
        """Wait until nobody looks any more."""
        while self.viewers:
            self._left.clear()
            await self._left.wait()

    # its life

    async def run(self) -> None:
        """From the first request to Podman until the outcome is written."""
        with guard.watch(self):
            try:
                self.ending = await self._live()
            except Exception as error:
                log.exception("terminal %s failed", self.opened.intent)
                self.ending = Ending("failed", Result.FAILED, words=str(error))
                raise
            finally:
                self._tell_ending()
                with contextlib.suppress(OSError):
                    await self._pipe.close()
                await self._write_down()
                self.over.set()

    async def _live(self) -> Ending:
        try:
            await self._pipe.open()
        except NoShell as error:
            return await after_end(self._pipe, 127, str(error), no_shell=True)
        except PodmanError as error:
            return await refused(self._pipe, error)
        self.open.set()
        command = self._pipe.shell or self.opened.options.words
        for viewer in self.viewers:
            viewer.note({"type": "open", "command": command, "tty": self._pipe.tty})
        beside = [
            asyncio.create_task(step(), name=f"terminal {name}")
            for name, step in (("write", self._keyboard.run), ("size", self._follow_size))
        ]
        beside += [
            asyncio.create_task(self._wait_for_viewers(), name="terminal grace"),
            asyncio.create_task(self._note(exec_id=self._pipe.exec_id, command=command[:500])),
        ]
        try:
            return await self._until_the_end()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _until_the_end(self) -> Ending:
        reading = asyncio.create_task(self._read(), name="terminal read")
        stopping = asyncio.create_task(self._stop.wait(), name="terminal stop")
        try:
            await asyncio.wait([reading, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                return await self._hang_up(reading)
            reading.result()
        finally:
            for task in (reading, stopping):
                task.cancel()
            await asyncio.gather(reading, stopping, return_exceptions=True)
        tail = self.kept.take(max(self.kept.start, self.kept.end - 500), most=500)
        return await after_end(self._pipe, None, tail.decode(errors="replace").strip())

    async def _hang_up(self, reading: "asyncio.Task[None]") -> Ending:
        self._drained.set()
        withdrawn = self._stopped_by == "withdrawn"
        result = Result.CANCELLED if withdrawn else Result.OK
        patience_s = WITHDRAWN_PATIENCE_S if withdrawn else PATIENCE_S
        try:
            if await self._pipe.hang_up(patience_s=patience_s):
                await asyncio.wait([reading], timeout=1.0)
                return Ending(self._stopped_by, result)
            words = "what runs in it did not end"
        except PodmanError as error:
            words = error.message
        return Ending(self._stopped_by, Result.UNKNOWN, words=words)

    async def _read(self) -> None:
        while pieces := await self._pipe.read():
            for stderr, data in pieces:
                self.kept.add(data, stderr=stderr)
            for viewer in self.viewers:
                viewer.ready.set()
            await self._pace(sum(len(data) for _stderr, data in pieces))

    async def _pace(self, count: int) -> None:
        """Hold Podman back to the pace of the one who types; a flood stops in the container."""
        while not self._stop.is_set():
            driver = self.driver
            if driver is not None and self._flood_skip.covers(count, time.monotonic()):
                driver.skip_to(self.kept, self.kept.end - REST_BYTES)
                await asyncio.sleep(0)
                return
            if driver is None:
                await asyncio.sleep(count / UNSEEN_BYTES_S)
                return
            if driver.waiting(self.kept) <= HIGH_BYTES:
                return
            self._drained.clear()
            await self._drained.wait()

    async def _follow_size(self) -> None:
        while True:
            await self._sized.wait()
            self._sized.clear()
            await self._pipe.resize(*self.size)

    async def _wait_for_viewers(self) -> None:
        if not self.viewers:
            self._left.set()
        while True:
            await self._left.wait()
            self._left.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.grace_s):
                    while not self.viewers:
                        self._drained.clear()
                        await self._drained.wait()
            if not self.viewers:
                self.stop("left")
                return

    # what is written down

    def _tell_ending(self) -> None:
        assert self.ending is not None
        for viewer in self.viewers:
            viewer.last = self.ending.note
            viewer.ready.set()

    async def _write_down(self) -> None:
        ending = self.ending
        assert ending is not None
        took_ms = round((time.monotonic() - self._began) * 1000)

        def write() -> None:
            detail = ending.detail
            if ending.result is Result.UNKNOWN:
                open_terminal.mark_lost(self.opened, detail=detail, duration_ms=took_ms)
            else:
                open_terminal.finish(self.opened, ending.result, detail=detail, duration_ms=took_ms)

        await self._save(write)

    async def _note(self, **fields: Any) -> None:
        await self._save(lambda: open_terminal.update_row(self.opened, **fields))

    async def note_watchers(self) -> None:
        """Keep the names of those who look on where the page of all terminals finds them."""
        if not self.ending:
            await self._note(watchers=self.watchers)

    async def _save(self, write: Callable[[], None]) -> None:
        try:
            await in_thread(write)
        except DatabaseError as error:
            # the row stays; the worker's chore writes the outcome (hosts.actions: settle_terminals)
            log.warning("a terminal's end is not written yet: %s", error)
