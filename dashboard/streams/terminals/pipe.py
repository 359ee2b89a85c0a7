"""The pipe between a session and a container: finds a shell, starts it, resizes it, ends it."""

import asyncio
import re
from typing import Final

from hosts.actions.containers.open_terminal import ATTACH, ExecOptions, TerminalIntent
from hosts.dial import dial
from hosts.podman import Podman, PodmanError, attach, containers, execs, hang_up
from hosts.podman.attach import READ_BYTES, RawStream
from hosts.podman.frames import STDOUT, FrameParser

# tells which one it is, out of band, and becomes it: one exec finds and starts the shell
_FIND: Final = (
    "for s in bash zsh fish ash sh; do"
    ' if command -v "$s" >/dev/null 2>&1; then printf "\\033]7777;%s\\007" "$s"; exec "$s"; fi;'
    " done; exit 127"
)
# ways to an `sh` that can look for the others, then to shells of their own
_WAYS: Final = (
    ("sh", "-c", _FIND),
    ("/bin/sh", "-c", _FIND),
    ("/busybox/sh", "-c", "PATH=$PATH:/busybox; " + _FIND),
    ("bash", "-c", _FIND),
)
_TOLD: Final = re.compile(rb"\x1b\]7777;([a-z]+)\x07")
_TOLD_WITHIN_S: Final = 10.0
# a shell that says more than this before its name is no `sh` that we know: let it be seen
_TOLD_WITHIN_BYTES: Final = 64 * 1024
NOT_FOUND: Final = (126, 127)


class NoShell(Exception):
    """The container has none of the shells that we know. Its text: the runtime's own words."""


class Pipe:
    """Open until `close`. Reading and writing never block others; `hang_up` ends what runs."""

    def __init__(self, opened: TerminalIntent) -> None:
        self.opened = opened
        self.podman = Podman(dial(opened.row.endpoint, streams=True))
        self.exec_id = ""
        self.shell = ""
        self.tty = opened.options.tty
        self._pipe: RawStream | None = None
        self._first = b""
        self._frames = None if self.tty else FrameParser()

    @property
    def raw(self) -> bool:
        """True where nobody has a terminal, who asked and what runs: bytes pass as they are."""
        return not self.opened.options.tty and not self.tty

    async def open(self) -> None:
        """Start what is wanted. Raises PodmanError, NoShell."""
        await self.podman.__aenter__()
        if self.opened.options.kind == ATTACH:
            await self._attach()
        elif self.opened.options.command:
            await self._start(self.opened.options.command)
        else:
            await self._find_shell()

    async def _find_shell(self) -> None:
        words = ""
        for way in _WAYS:
            await self._start(way)
            came, ended = await self._until_told()
            if found := _TOLD.search(came):
                self.shell = found[1].decode("ascii")
                came = came[: found.start()] + came[found.end() :]
            if not ended:
                self._first = came
                return
            # the runtime's words, or nothing: there is no such program
            words = words or came.decode(errors="replace").strip()
            await self._let_go()
        raise NoShell(words)

    async def _until_told(self) -> tuple[bytes, bool]:
        """(what came up to the shell's name, whether it ended instead)."""
        assert self._pipe is not None
        came = b""
        try:
            async with asyncio.timeout(_TOLD_WITHIN_S):
                while not _TOLD.search(came) and len(came) < _TOLD_WITHIN_BYTES:
                    data = await self._pipe.reader.read(READ_BYTES)
                    if not data:
                        return came, True
                    came += data
        except TimeoutError:
            # something runs and says nothing: let it be seen
            return came, False
        return came, False

    async def _start(self, command: tuple[str, ...]) -> None:
        options: ExecOptions = self.opened.options
        terminal = {"TERM": "xterm-256color"} if options.tty else {}
        self.exec_id = await execs.create(
            self.podman,
            self.opened.row.podman_id,
            command,
            tty=options.tty,
            user=options.user,
            workdir=options.directory,
            environment={**terminal, hang_up.MARK: self.opened.mark},
        )
        self._pipe = await execs.start(
            self.podman,
            self.exec_id,
            tty=options.tty,
            columns=options.columns,
            rows=options.rows,
        )

    async def _attach(self) -> None:
        container = self.opened.row.podman_id
        found = await containers.inspect(self.podman, container)
        config = found.get("Config") or {}
        self.tty = bool(config.get("Tty"))
        self._frames = None if self.tty else FrameParser()
        self._pipe = await attach.attach(self.podman, container, tty=self.tty)
        if self.tty:
            options = self.opened.options
            await self.resize(options.columns, options.rows)

    async def read(self) -> list[tuple[bool, bytes]]:
        """What came, as (whether it is stderr, bytes); empty at the end. A terminal has stdout alone."""
        assert self._pipe is not None
        if self._first:
            first, self._first = self._first, b""
            return [(False, first)]
        while True:
            try:
                data = await self._pipe.reader.read(READ_BYTES)
            except OSError:
                return []
            if not data:
                return []
            if self._frames is None:
                return [(False, data)]
            if pieces := [
                (frame.stream > STDOUT, frame.data)
                for frame in self._frames.feed(data)
                if frame.data
            ]:
                return pieces

    def write(self, data: bytes) -> bool:
        """Hand over what was typed. True when it went out at once, False when `drain` is due."""
        assert self._pipe is not None
        writer = self._pipe.writer
        if self.tty or self.raw:
            writer.write(data)
        else:
            # a pipe has no terminal that would turn these into a line's end and an input's
            data, end, _ = data.replace(b"\r", b"\n").partition(b"\x04")
            writer.write(data)
            if end and writer.can_write_eof():
                writer.write_eof()
        return bool(writer.transport.get_write_buffer_size() == 0)

    def write_eof(self) -> None:
        """Nothing more is typed. What has a terminal is told so by a key instead."""
        assert self._pipe is not None
        if self.raw and self._pipe.writer.can_write_eof():
            self._pipe.writer.write_eof()

    async def drain(self) -> None:
        """Wait until what was written is on its way."""
        assert self._pipe is not None
        await self._pipe.writer.drain()

    async def resize(self, columns: int, rows: int) -> None:
        """Not fatal when it fails: before the start and after the end it must."""
        try:
            if self.opened.options.kind == ATTACH:
                if self.tty:
                    container = self.opened.row.podman_id
                    await execs.resize_container(self.podman, container, columns=columns, rows=rows)
            else:
                await execs.resize(self.podman, self.exec_id, columns=columns, rows=rows)
        except PodmanError:
            return

    async def hang_up(self, *, patience_s: float) -> bool:
        """End what runs, by force after `patience_s`; an attached container's own process stays. True
        when that is sure.
        """
        if self.opened.options.kind == ATTACH or not self.exec_id:
            return True
        return await hang_up.end(
            self.podman,
            self.opened.row.podman_id,
            self.exec_id,
            mark=self.opened.mark,
            user=self.opened.options.user,
            patience_s=patience_s,
        )

    async def exit_code(self) -> int | None:
        """Of what was run; None where it runs on or where this is no exec. Raises PodmanError."""
        if self.opened.options.kind == ATTACH or not self.exec_id:
            return None
        found = await execs.inspect(self.podman, self.exec_id)
        code = found.get("ExitCode")
        return int(code) if isinstance(code, int) and not found.get("Running") else None

    async def state(self) -> str:
        """The container's state as Podman says it. Raises PodmanError."""
        found = await containers.inspect(self.podman, self.opened.row.podman_id)
        return str((found.get("State") or {}).get("Status", ""))

    async def _let_go(self) -> None:
        if self._pipe is not None:
            await self._pipe.close()
            self._pipe = None

    async def close(self) -> None:
        """Close the connections."""
        await self._let_go()
        await self.podman.__aexit__(None, None, None)
