"""Podman sockets over `podman system dial-stdio`: a command's input and output as a byte stream.

The command takes a quarter of a second to start on the host. So some are started beforehand, as
far as sshd gives sessions. Each serves one stream, and no second one.
"""

import asyncio
import shlex
from collections import defaultdict
from typing import Final

import asyncssh

from hosts.link.channel import Channel, Receiver, ReceiverFactory
from hosts.link.sessions import Sessions

SessionChannel = asyncssh.SSHClientChannel[bytes]
# how many are ready for each socket, if as many again stay free for other uses
_READY: Final = 2


class StdioSession(asyncssh.SSHClientSession[bytes]):
    """Hands a command's standard output to a receiver; its standard error is dropped.

    Without a receiver it waits for `join`. A command that ends or speaks before that is `spent`.
    """

    def __init__(self, receiver: Receiver | None) -> None:
        self._receiver = receiver
        self._started = False
        self.spent = False

    @property
    def channel(self) -> SessionChannel:
        """Its channel, once opened."""
        return self._chan

    def join(self, receiver: Receiver) -> None:
        """Give it to this receiver. Only while it is not `spent`."""
        self._receiver = receiver
        self._begin(receiver)

    def connection_made(self, chan: SessionChannel) -> None:
        self._chan = chan

    def session_started(self) -> None:
        # Not earlier: sshd drops bytes for a channel whose command does not run yet.
        self._started = True
        if self._receiver is not None:
            self._begin(self._receiver)

    def _begin(self, receiver: Receiver) -> None:
        receiver.connection_made(_as_channel(self._chan))
        receiver.session_started()

    def connection_lost(self, exc: Exception | None) -> None:
        self.spent = True
        if self._started and self._receiver is not None:
            self._receiver.connection_lost(exc)

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        if self._receiver is None:
            # Podman never speaks first: this is no Podman, or a broken one
            self._spoil()
        elif datatype is None:
            self._receiver.data_received(data)

    def eof_received(self) -> bool:
        if self._receiver is None:
            self._spoil()
            return False
        return self._receiver.eof_received()

    def _spoil(self) -> None:
        self.spent = True
        self._chan.abort()

    def pause_writing(self) -> None:
        if self._receiver is not None:
            self._receiver.pause_writing()

    def resume_writing(self) -> None:
        if self._receiver is not None:
            self._receiver.resume_writing()


class StdioPool:
    """Channels to Podman sockets on one connection. `keep_ready`: start some beforehand."""

    def __init__(self, conn: asyncssh.SSHClientConnection, sessions: Sessions) -> None:
        self.keep_ready = False
        self._conn = conn
        self._sessions = sessions
        sessions.make_room = self._make_room
        self._ready: defaultdict[str, list[StdioSession]] = defaultdict(list)
        self._filling: dict[str, asyncio.Task[None]] = {}

    @property
    def ready(self) -> int:
        """How many channels wait for a stream."""
        return sum(not one.spent for found in self._ready.values() for one in found)

    async def open(self, receiver: ReceiverFactory, socket_path: str) -> SessionChannel:
        """A channel for one stream, at once where one is ready. Raises asyncssh.Error: no command starts."""
        session = self._take(socket_path)
        if session is not None:
            session.join(receiver())
        else:
            session = await self._start(receiver, socket_path)
        self._fill(socket_path)
        return session.channel

    def _make_room(self) -> None:
        """Close a channel that waits for a stream."""
        for path in list(self._ready):
            if (session := self._take(path)) is not None:
                session.channel.abort()
                return

    def close(self) -> None:
        """Close all channels that wait for a stream."""
        self.keep_ready = False
        for task in self._filling.values():
            task.cancel()
        for path in list(self._ready):
            while (session := self._take(path)) is not None:
                session.channel.abort()

    def _take(self, socket_path: str) -> StdioSession | None:
        found = self._ready[socket_path]
        while found:
            # the oldest has had the longest time to start
            session = found.pop(0)
            if not session.spent and not session.channel.is_closing():
                return session
        return None

    async def _start(self, receiver: ReceiverFactory | None, socket_path: str) -> StdioSession:
        # A forced command ignores this path and dials its own socket.
        command = f"podman --url {shlex.quote('unix://' + socket_path)} system dial-stdio"
        made: list[StdioSession] = []

        def make() -> StdioSession:
            made.append(StdioSession(receiver() if receiver is not None else None))
            return made[-1]

        async def opening() -> SessionChannel:
            chan, _ = await self._conn.create_session(make, command, encoding=None)
            return chan

        await self._sessions.open(opening, patiently=receiver is not None)
        return made[-1]

    def _fill(self, socket_path: str) -> None:
        filling = self._filling.get(socket_path)
        if self.keep_ready and (filling is None or filling.done()):
            self._filling[socket_path] = asyncio.ensure_future(self._fill_up(socket_path))

    async def _fill_up(self, socket_path: str) -> None:
        found = self._ready[socket_path]
        while self.keep_ready:
            found[:] = [one for one in found if not one.spent]
            if len(found) >= _READY or self._sessions.free <= _READY:
                return
            try:
                found.append(await self._start(None, socket_path))
            except (asyncssh.Error, OSError):
                # whoever opens the next stream gets the error
                return
            if self._sessions.waiting:
                self._make_room()


def _as_channel(chan: SessionChannel) -> Channel:
    return chan
