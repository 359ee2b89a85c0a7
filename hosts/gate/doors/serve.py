"""The gate's HTTP: what passes on one connection, request by request.

Nothing of what a client sends reaches the host as it is: each request is read, looked up in the table,
authorised on what the host says of its object, and made anew.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from typing import Final, Protocol

from django.db import DatabaseError

from audit import write
from hosts.access import NotVisible, Person, find_endpoint, target_of
from hosts.database_threads import in_thread
from hosts.dial import dial
from hosts.gate.calls.call import Call
from hosts.gate.calls.client import Client, Reader, Writer
from hosts.gate.calls.generate import generate
from hosts.gate.calls.host import KeptConnection
from hosts.gate.calls.lasting import Withdrawn, first
from hosts.gate.calls.read import ReadingLog, read
from hosts.gate.changes.change import change
from hosts.gate.changes.make_exec import forget_exec, make_exec
from hosts.gate.changes.play import play, take_down
from hosts.gate.changes.prune import prune
from hosts.gate.changes.remove_images import SEVERAL, remove_several
from hosts.gate.routes import target
from hosts.gate.routes.changes import ROUTES as CHANGES
from hosts.gate.routes.images import ROUTES as IMAGES
from hosts.gate.routes.lists import ROUTES as LISTS
from hosts.gate.routes.objects import ROUTES as OBJECTS
from hosts.gate.routes.reads import ROUTES as READS
from hosts.gate.routes.replies import Refused, error
from hosts.gate.routes.table import Table, Takes
from hosts.gate.routes.target import BadTarget, NotOpen, Request
from hosts.gate.sessions.session import Session
from hosts.link.framing import RequestHead
from hosts.models import Endpoint
from hosts.podman import Podman

TABLE: Final = Table((*READS, *CHANGES, *OBJECTS, *IMAGES, *LISTS))
# what is more than one request to the host, by method and path
_OWN: Final[dict[tuple[str, str], Callable[[Call], Awaitable[None]]]] = {
    **{("POST", route.path): prune for route in OBJECTS if route.path.endswith("/prune")},
    **{("POST", path): play for path in ("/play/kube", "/kube/play")},
    **{("DELETE", path): take_down for path in ("/play/kube", "/kube/play")},
    **{("GET", path): generate for path in ("/generate/kube", "/kube/generate")},
}
# of the entry of what is not open to clients
VERB: Final = "gate.request"
# of a body that is read whole
_MOST_BYTES: Final = 1024 * 1024
# how long a host counts as there; what is withdrawn ends within two seconds
_KNOWN_S: Final = 1.0
_AWAY: Final = Refused(503, "Haulout cannot ask its database at the moment.", wait_s=5)
_FAULT: Final = Refused(500, "A fault of Haulout's own; its log has the details.")
_WITHDRAWN: Final = Refused(403, "You may not do this any more.", ends=True)
log = logging.getLogger(__name__)


class Entrance(Protocol):
    """The way in: by SSH all requests of a connection are for one endpoint, by HTTP each names its own."""

    async def head(self) -> RequestHead | None:
        """The next request; None where there is none any more. Refused."""

    async def answer(self, head: RequestHead) -> bool:
        """Answer it. Refused. False: the connection was used up."""


async def serve(reader: Reader, writer: Writer, session: Session, endpoint_id: int) -> None:
    """Answer requests until the client, or the session, ends. Closes `writer`."""
    client = Client(reader, writer)
    try:
        async with aclosing(Visit(client, session, endpoint_id)) as visit:
            await first(converse(client, visit), _over(session))
    except (ConnectionError, Withdrawn):
        # nobody is there to be told
        return
    finally:
        await client.close()


async def _over(session: Session) -> None:
    await session.ended()


async def converse(client: Client, entrance: Entrance) -> None:
    """Answer requests one after the other. ConnectionError, Withdrawn."""
    while await _one(client, entrance):
        pass


async def _one(client: Client, entrance: Entrance) -> bool:
    """Answer one request. False: there is none any more, or the connection was used up."""
    head = None
    failure: Refused | None = None
    try:
        head = await entrance.head()
        if head is None or not await entrance.answer(head):
            return False
    except Refused as refused:
        failure = refused
    except DatabaseError:
        log.exception("the gate's answer to %s", head.target if head else "nothing")
        failure = _AWAY
    except Withdrawn:
        if client.answered:
            raise
        # podman-remote would send a POST again that is cut off
        failure = _WITHDRAWN
    except ConnectionError:
        raise
    except Exception:
        if not client.midway:
            # a client that is cut off would ask again for what may have been done
            await _refuse(client, _FAULT, head, ends=True)
        raise
    ends = client.held_back or (head is not None and head.ends)
    if failure is not None:
        if client.midway:
            raise ConnectionAbortedError(failure.message)
        ends = ends or failure.ends
        await _refuse(client, failure, head, ends=ends)
    if client.held_back or (failure is not None and failure.ends):
        return False
    try:
        return await client.finish() and not ends
    except Refused as broken:
        await _refuse(client, broken, head, ends=True)
        return False


async def _refuse(
    client: Client, refused: Refused, head: RequestHead | None, *, ends: bool
) -> None:
    await client.send(error(refused, head.method if head else "GET", ends=ends))


class Visit:
    """One session at one endpoint, on one connection."""

    def __init__(self, client: Client, session: Session, endpoint_id: int) -> None:
        """`session`: replaced by whoever lets each request in anew."""
        self.client, self.session, self.endpoint_id = client, session, endpoint_id
        self._open_while = AsyncExitStack()
        self._podman: Podman | None = None
        # as last looked up: for whom, when
        self._known: tuple[Person, float, Endpoint] | None = None
        self._written = ReadingLog()
        self._kept = KeptConnection()
        self._open_while.callback(self._kept.close)

    async def head(self) -> RequestHead | None:
        """As Entrance says."""
        return await self.client.head()

    async def answer(self, head: RequestHead) -> bool:
        """As Entrance says."""
        session = self.session
        session.heard(head)
        endpoint = await self._endpoint(session.person)
        if self._podman is None:
            podman = Podman(dial(endpoint, gate=True))
            self._podman = await self._open_while.enter_async_context(podman)
        request = await _read(session.person, endpoint, head)
        call = Call(
            session, session.person, endpoint, self._podman, self.client, head, request, self._kept
        )
        return await _answer(call, self._written)

    async def _endpoint(self, person: Person) -> Endpoint:
        """Looked up again for another person (their rights have changed), and after a second. Refused."""
        now = time.monotonic()
        known = self._known
        if known is None or known[0] is not person or now - known[1] > _KNOWN_S:
            known = person, now, await in_thread(_endpoint, person, self.endpoint_id)
            self._known = known
        return known[2]

    async def aclose(self) -> None:
        """Let go of the connections to the endpoint."""
        await self._open_while.aclose()


async def _answer(call: Call, written: ReadingLog) -> bool:
    """Answer one request. Refused. False: the connection was used up."""
    route = call.request.route
    if route.takes is Takes.JSON:
        call.body = await call.client.whole(_MOST_BYTES)
    elif call.head.length != 0 and route.takes is not Takes.ARCHIVE:
        # of which nothing goes on, nor is taken for what is typed after an upgrade
        await call.client.whole(_MOST_BYTES)
    if route.path in SEVERAL:
        await remove_several(call, TABLE)
        return True
    if (answer := _OWN.get((call.head.method, route.path))) is not None:
        await answer(call)
        return True
    if route.changes:
        return await change(call)
    if route.takes is Takes.JSON and route.kind == "exec":
        await forget_exec(call)
    elif route.takes is Takes.JSON:
        await make_exec(call)
    else:
        await read(call, written)
    return True


def _endpoint(person: Person, endpoint_id: int) -> Endpoint:
    try:
        return find_endpoint(person, endpoint_id)
    except NotVisible as none:
        raise Refused(404, "There is no such host.") from none


async def _read(person: Person, endpoint: Endpoint, head: RequestHead) -> Request:
    try:
        return target.read(TABLE, head.method, head.target)
    except BadTarget as bad:
        raise Refused(400, str(bad)) from bad
    except NotOpen as closed:
        await in_thread(_note_refusal, person, endpoint, str(closed))
        raise Refused(403, str(closed)) from closed


def _note_refusal(person: Person, endpoint: Endpoint, reason: str) -> None:
    write.refusal(person.who, VERB, target_of(endpoint), reason=reason)
