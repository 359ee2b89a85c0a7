"""The gate's HTTP door, for clients with an API token, by TLS where more than this machine reaches it.

Whose a request is and to which endpoint it goes, each says anew: a proxy between may keep one connection
for the requests of many people.
"""

import asyncio
import logging
import socket
import ssl
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from accounts.addresses import addresses
from hosts.access import Person, bearer, find_endpoint, limits
from hosts.database_threads import in_thread
from hosts.gate.calls.client import Client
from hosts.gate.calls.lasting import Withdrawn, first
from hosts.gate.doors.serve import TABLE, Visit, converse
from hosts.gate.doors.tcp import PlainStream, TlsStream
from hosts.gate.routes import target
from hosts.gate.routes.replies import Refused, error
from hosts.gate.routes.target import BadTarget
from hosts.gate.sessions import bounds
from hosts.gate.sessions.bounds import Bounds
from hosts.gate.sessions.places import NoPlace, place
from hosts.gate.sessions.session import Session, SessionOver, session_of, stranger
from hosts.gate.sessions.watch import until_over
from hosts.link.framing import RequestHead

# between two requests; clients themselves let go of what they do not use after some 90 s
IDLE_S: Final = 120.0
# most requests are answered by then, and the watcher of rights never hears of them
_WATCHED_AFTER_S: Final = 0.3
# that many clients may come in the same moment
_BACKLOG: Final = 1024
# a client whose network is gone is let go after three of them
_KEEPALIVE_S: Final = 15
_UNPROVEN: Final = "Send a valid token: “Authorization: Bearer haulout_…”."
_NO_TLS: Final = "This port speaks TLS: https://, or docker --tls."
log = logging.getLogger(__name__)


class HttpDoor:
    """All connections of the process."""

    def __init__(self, held: Bounds, context: ssl.SSLContext | None) -> None:
        """`context`: None for plain HTTP."""
        self.held, self.context = held, context
        self._open: set[asyncio.Task[None]] = set()

    async def listen(self, listening: socket.socket) -> asyncio.Server:
        """Listen on an open socket."""
        return await asyncio.start_server(self._come, sock=listening, backlog=_BACKLOG)

    def end(self) -> None:
        """Cut off whoever is connected."""
        for task in self._open:
            task.cancel()

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        address = str((writer.get_extra_info("peername") or [""])[0])
        try:
            _keep_alive(writer.get_extra_info("socket"))
            if not self.held.come(address):
                log.warning("too many connections, one from %s is closed", address)
                return
            stream = PlainStream(reader, writer)
            if self.context is not None:
                stream = TlsStream(reader, writer, self.context)
            await Connection(self.held, address, stream).carry()
        except (OSError, Withdrawn) as cut:
            log.debug("a connection from %s was cut: %s", address, cut)
        except asyncio.CancelledError:
            # by `end`; this is the whole of the task
            log.debug("the gate ends, and a connection from %s with it", address)
        finally:
            writer.transport.abort()
            self._open.discard(task)


class Connection:
    """One connection, as an Entrance (hosts.gate.doors.serve)."""

    def __init__(self, held: Bounds, address: str, stream: PlainStream) -> None:
        """`held`: has counted it as a stranger's."""
        self._held, self._address, self._stream = held, address, stream
        self._client = Client(stream, stream)
        self._proven_by = asyncio.get_running_loop().time() + bounds.LOGIN_S
        # of whoever sent the last request; None of a stranger
        self._user_id: int | None = None
        self._visit: Visit | None = None

    async def carry(self) -> None:
        """Answer requests until there are none any more. OSError."""
        try:
            if await self._greet():
                await converse(self._client, self)
        except (OSError, Withdrawn, asyncio.CancelledError):
            self._stream.abort()
            raise
        finally:
            # whoever gives this task up leaves none of it undone
            await asyncio.shield(self._let_go())

    async def head(self) -> RequestHead | None:
        """As Entrance says. A stranger has not long for the first one."""
        known = self._user_id is not None
        until = asyncio.get_running_loop().time() + IDLE_S if known else self._proven_by
        try:
            async with asyncio.timeout_at(until):
                return await self._client.head()
        except TimeoutError as late:
            if known:
                return None
            raise Refused(408, "No request came in time.", ends=True) from late

    async def answer(self, head: RequestHead) -> bool:
        """As Entrance says. It ends within two seconds of the token and of the right to the endpoint."""
        session, expires_at = await in_thread(self._identify, head)
        self._let_in(session.person.user.pk)
        endpoint_id, asked = await in_thread(_locate, session.person, head)
        visit = await self._visit_of(session, endpoint_id)
        kept: list[bool] = []

        async def answer() -> None:
            kept.append(await visit.answer(replace(head, target=asked)))

        async def over() -> None:
            await asyncio.sleep(_WATCHED_AFTER_S)
            seen = partial(find_endpoint, endpoint_id=endpoint_id)
            await until_over(session, expires_at, seen)

        await first(answer(), over())
        if not kept:
            raise Withdrawn(session.over)
        return kept[0]

    async def _greet(self) -> bool:
        """The handshake. False where the client speaks no TLS that is taken."""
        try:
            async with asyncio.timeout_at(self._proven_by):
                await self._stream.handshake()
        except ssl.SSLError as failed:
            log.debug("no TLS with %s: %s", self._address, failed)
            if failed.reason == "HTTP_REQUEST":
                self._stream.write_plain(error(Refused(400, _NO_TLS), "GET", ends=True))
            return False
        return True

    def _identify(self, head: RequestHead) -> tuple[Session, datetime]:
        """(who sent this request, by its token alone; when that expires). Refused. Asks the database."""
        peer, forwarded = addresses(self._address, _joined(head, b"x-forwarded-for"))
        secret = bearer.secret_of(_joined(head, b"authorization"))
        try:
            token = bearer.find_token(secret, stranger(peer, forwarded)) if secret else None
            if token is None:
                raise Refused(401, _UNPROVEN, ends=True)
            limits.use_at_gate(token.pk)
        except limits.TooManyRequests as often:
            words = "Wait before you try again."
            raise Refused(429, words, ends=True, wait_s=often.retry_s) from often
        try:
            session = session_of(token, address=peer, forwarded=forwarded)
        except SessionOver as over:
            raise Refused(403, f"Your token is refused: {over}.", ends=True) from over
        bearer.note_use(token, session.person.who)
        return session, token.expires_at

    def _let_in(self, user_id: int) -> None:
        """Count the connection as theirs. Refused where they hold too many."""
        if user_id == self._user_id:
            return
        if not self._held.let_in(user_id):
            words = f"You have {bounds.PER_PERSON} connections open. Close some."
            raise Refused(429, words, ends=True, wait_s=1)
        self._no_more()
        self._user_id = user_id

    async def _let_go(self) -> None:
        async with AsyncExitStack() as last_first:
            last_first.callback(self._no_more)
            last_first.push_async_callback(self._stream.gone)
            last_first.push_async_callback(self._leave)
            last_first.push_async_callback(self._client.close)

    def _no_more(self) -> None:
        """Whoever it was counted for, it is no more."""
        if self._user_id is None:
            self._held.known(self._address)
        else:
            self._held.gone(self._user_id)

    async def _visit_of(self, session: Session, endpoint_id: int) -> Visit:
        """The visit that the last request was part of, where this one is too."""
        last = self._visit
        if last is not None and (last.session.token_id, last.endpoint_id) == (
            session.token_id,
            endpoint_id,
        ):
            last.session = session
            return last
        await self._leave()
        self._visit = Visit(self._client, session, endpoint_id)
        return self._visit

    async def _leave(self) -> None:
        if self._visit is not None:
            await self._visit.aclose()
            self._visit = None


def _locate(person: Person, head: RequestHead) -> tuple[int, str]:
    """(the endpoint that the path names, what is asked for there). Refused. Asks the database."""
    try:
        where, asked = target.split(TABLE, head.target)
        return place(person, where).pk, asked
    except BadTarget as bad:
        raise Refused(400, str(bad)) from bad
    except NoPlace as none:
        raise Refused(404, str(none)) from none


def _joined(head: RequestHead, name: bytes) -> str:
    return b",".join(head.fields.get(name, [])).decode("latin-1")


def _keep_alive(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        (socket.TCP_KEEPIDLE, _KEEPALIVE_S),
        (socket.TCP_KEEPINTVL, _KEEPALIVE_S),
        (socket.TCP_KEEPCNT, 3),
    ):
        sock.setsockopt(socket.IPPROTO_TCP, option, value)
