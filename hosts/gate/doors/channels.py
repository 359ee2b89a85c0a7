"""What somebody opens within an SSH connection: an endpoint's socket, by its path or by a command."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from typing import Any, Final

import asyncssh
from asyncssh.stream import SSHServerStreamSession, SSHUNIXStreamSession
from django.db import DatabaseError

from hosts.access import find_endpoint
from hosts.database_threads import in_thread
from hosts.gate.doors.streams import ChannelReader, ChannelWriter
from hosts.gate.sessions import bounds, commands
from hosts.gate.sessions.places import NoPlace, place
from hosts.gate.sessions.session import Session, SessionOver
from hosts.gate.sessions.watch import watched
from hosts.models import Endpoint

# serves one connection to an endpoint's socket, as HTTP, until either side ends it
Serve = Callable[[ChannelReader, ChannelWriter, Session, int], Awaitable[None]]
NO_SHELL: Final = (
    "Haulout gives no shell. Use its address with Podman's and Docker's own clients:\n"
    "  podman --remote --url ssh://ADDRESS:PORT/HOST ps\n"
    "  docker -H ssh://ADDRESS:PORT/HOST ps"
)
NO_DATABASE: Final = "Haulout cannot ask its database at the moment."
_LOOKS: Final = 2
log = logging.getLogger(__name__)


class Channels:
    """Those of one connection, once `session` has a result."""

    def __init__(self, serve: Serve, session: asyncio.Future[Session]) -> None:
        self._serve, self._session = serve, session
        self._open = 0
        # of many that are opened at once a few are looked up at once, so that other people's come in between
        self._looks = asyncio.Semaphore(_LOOKS)

    def socket(self, path: str) -> Awaitable["SSHUNIXStreamSession[bytes]"]:
        """For a socket's path. ChannelOpenError, which names the choices."""
        return _Later(partial(self._socket, path))

    async def _socket(self, path: str) -> "SSHUNIXStreamSession[bytes]":
        try:
            endpoint, session = await self._counted_at(path)
        except NoPlace as refused:
            words = str(refused)
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, words) from refused

        async def handle(
            reader: "asyncssh.SSHReader[bytes]", writer: "asyncssh.SSHWriter[bytes]"
        ) -> None:
            streams = ChannelReader(reader), ChannelWriter(writer, writer.close)
            await self._carry(*streams, session, endpoint, writer.channel.abort)

        return SSHUNIXStreamSession(handle)

    def command(self) -> "SSHServerStreamSession[bytes]":
        """For a session: a command that stands for a socket, or asks for its path."""
        return _Session(self._run)

    async def _run(
        self,
        stdin: "asyncssh.SSHReader[bytes]",
        stdout: "asyncssh.SSHWriter[bytes]",
        stderr: "asyncssh.SSHWriter[bytes]",
    ) -> None:
        channel: Any = stdin.channel
        asked = commands.read(channel.get_command())
        try:
            if asked is None:
                raise NoPlace(NO_SHELL)
            look = self._counted_at if asked.kind == "dial" else self._at
            endpoint, session = await look(asked.path)
        except NoPlace as refused:
            stderr.write(f"{refused}\n".encode())
            channel.exit(1)
            return
        except asyncssh.ChannelOpenError as refused:
            stderr.write(f"{refused.reason}\n".encode())
            channel.exit(1)
            return
        if asked.kind == "dial":
            streams = ChannelReader(stdin), ChannelWriter(stdout, partial(channel.exit, 0))
            await self._carry(*streams, session, endpoint, channel.abort)
        else:
            stdout.write(commands.answer(asked, endpoint).encode())
            channel.exit(0)

    async def _at(self, path: str) -> tuple[Endpoint, Session]:
        """The endpoint, and who is here. NoPlace."""
        session = await asyncio.shield(self._session)

        def look() -> Endpoint:
            session.person = session.look()
            return place(session.person, path)

        try:
            async with self._looks:
                return await in_thread(look), session
        except SessionOver as over:
            session.end(str(over))
            raise NoPlace(f"Your key is refused: {over}.") from over
        except DatabaseError as error:
            log.warning("no endpoint can be looked up: %s", error)
            raise NoPlace(NO_DATABASE) from error

    async def _counted_at(self, path: str) -> tuple[Endpoint, Session]:
        """The same, and one more is open then. ChannelOpenError where too many are."""
        if self._open >= bounds.CHANNELS:
            words = f"This connection has {bounds.CHANNELS} channels open. Close some."
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_RESOURCE_SHORTAGE, words)
        self._open += 1
        try:
            return await self._at(path)
        except BaseException:
            self._open -= 1
            raise

    async def _carry(
        self,
        reader: ChannelReader,
        writer: ChannelWriter,
        session: Session,
        endpoint: Endpoint,
        abort: Callable[[], None],
    ) -> None:
        # which other rights it takes is asked with each request in it
        seen = partial(find_endpoint, endpoint_id=endpoint.pk)
        try:
            with watched(session, seen, lambda _why: abort()):
                await self._serve(reader, writer, session, endpoint.pk)
        except OSError as cut:
            log.debug("a channel was cut: %s", cut)
        finally:
            self._open -= 1
            writer.close()


class _Later:
    """Begins when it is awaited. A connection that ends at once leaves a coroutine that nobody awaits."""

    def __init__(self, begin: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._begin = begin

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._begin().__await__()


class _Session(SSHServerStreamSession[bytes]):
    """Signals and the like from a client are no data, and mean nothing here."""

    def subsystem_requested(self, _subsystem: str) -> bool:
        """There is none, SFTP least of all."""
        return False

    def exception_received(self, exc: Exception) -> None:
        """A signal, a break, another size of a terminal."""
