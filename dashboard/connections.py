"""Limits on web's open connections: how many a stranger may have, and how long a request may take
to come.

A connection that has shown a session or a token counts no more, so strangers cannot take its place.
Works below TLS and WebSockets, where each connection begins and ends once.
"""

import ipaddress
import logging
import math
import time
from collections import OrderedDict
from functools import lru_cache
from typing import Any, Final

from twisted.internet import tcp

# from the first byte to the empty line, TLS included
HEAD_S: Final = 20.0
# a form's body: after so long it has to come at this pace, on the average
BODY_GRACE_S: Final = 20.0
BODY_LEAST_BYTES_S: Final = 1024
# of all addresses together; some 15 kB each
STRANGERS: Final = 4096
EVERY_S: Final = 1.0
SAID_EVERY_S: Final = 60.0
MOST_SAID: Final = 1000
# of the files that a process may open: what web needs besides, for the database, hosts and logs
OTHER_FILES: Final = 512
log = logging.getLogger(__name__)


class Connection(tcp.Server):
    """A connection: since when a head or a body is coming, and whether somebody signed in."""

    def __init__(self, limits: "ConnectionLimits", *given: Any) -> None:
        super().__init__(*given)
        self.limits = limits
        self.place = _place(str(self.client[0]))
        self.signed_in = False
        self.head_since: float | None = time.monotonic()
        self.body_since: float | None = None
        self.body_bytes = 0
        self._asked = False
        limits.opened(self)

    def head_whole(self) -> None:
        """The head of a request is complete: its time is over."""
        self._asked, self.head_since = True, None

    def answered(self) -> None:
        """The request is answered. The next may begin at any time."""
        self._asked, self.body_since = False, None

    def body(self, size_bytes: int) -> None:
        """A piece of a body that has to come at a pace."""
        if self.body_since is None:
            self.body_since, self.body_bytes = time.monotonic(), 0
        self.body_bytes += size_bytes

    def too_slow(self, now: float) -> bool:
        """Whether it took longer than anybody needs."""
        if self.head_since is not None and now - self.head_since > HEAD_S:
            return True
        if self.body_since is None:
            return False
        over_s = now - self.body_since - BODY_GRACE_S
        return over_s > 0 and self.body_bytes < over_s * BODY_LEAST_BYTES_S

    def sign_in(self) -> None:
        """It is no stranger's any more. May be called from any thread."""
        if not self.signed_in:
            self.signed_in = True
            self.reactor.callFromThread(self.limits.known, self)

    def _dataReceived(self, data: bytes | None) -> Any:  # noqa: N802 - Twisted's name
        # bytes between two requests: a head begins
        if not self._asked and self.head_since is None:
            self.head_since = time.monotonic()
        return super()._dataReceived(data)

    def abort(self) -> None:
        """Close it without a word."""
        self.abortConnection()  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        """Its end, however it came."""
        self.limits.closed(self)
        super().connectionLost(reason)


class ConnectionLimits:
    """All connections of this process. `each`: strangers of one address. `free`: addresses or
    networks of proxies, which are not limited so. `most`: all connections at once.
    """

    def __init__(self, *, each: int, free: tuple[str, ...] = (), most: int = 0) -> None:
        self._each, self._most = each, most
        self._free = [ipaddress.ip_network(net, strict=False) for net in free]
        self._all: set[Connection] = set()
        # of each address, the oldest first
        self._strangers: dict[str, OrderedDict[Connection, None]] = {}
        self._oldest: OrderedDict[Connection, None] = OrderedDict()
        # (when it was last said, how many since) for each thing that strangers can make the log say
        self._said: dict[str, tuple[float, int]] = {}

    def watch(self, port: Any) -> None:
        """Take care of what a listening port accepts from now on."""
        build = port.factory.buildProtocol
        port.transport = lambda *given: Connection(self, *given)
        # None: Twisted closes what it accepted
        port.factory.buildProtocol = lambda addr: None if self._full() else build(addr)
        port.reactor.callLater(EVERY_S, self._look, port.reactor)

    def opened(self, connection: Connection) -> None:
        """One more stranger; the oldest goes where there are too many."""
        self._all.add(connection)
        here = self._strangers.setdefault(connection.place, OrderedDict())
        here[connection] = self._oldest[connection] = None
        if len(here) > self._each and not self._is_free(connection.place):
            self._end(next(iter(here)), f"more than {self._each} from {connection.place}")
        elif len(self._oldest) > STRANGERS:
            self._end(next(iter(self._oldest)), f"more than {STRANGERS}")

    def known(self, connection: Connection) -> None:
        """It is a stranger's no more."""
        self._oldest.pop(connection, None)
        here = self._strangers.get(connection.place)
        if here is not None:
            here.pop(connection, None)
            if not here:
                del self._strangers[connection.place]

    def closed(self, connection: Connection) -> None:
        """It has ended."""
        self._all.discard(connection)
        self.known(connection)

    def _full(self) -> bool:
        return bool(self._most) and len(self._all) >= self._most

    def _is_free(self, place: str) -> bool:
        address = ipaddress.ip_network(place)
        return any(
            net.version == address.version and address.subnet_of(net)  # type: ignore[arg-type]
            for net in self._free
        )

    def _end(self, connection: Connection, why: str) -> None:
        # out of the count at once: its end comes with the loop's next turn
        self.closed(connection)
        connection.abort()
        self._say(f"connections of strangers are closed: {why}")

    def _say(self, words: str, place: str = "") -> None:
        """Once a minute, with how many times it was meanwhile."""
        at, times = self._said.get(words, (-math.inf, 0))
        if time.monotonic() - at < SAID_EVERY_S:
            self._said[words] = (at, times + 1)
            return
        if len(self._said) > MOST_SAID:
            self._said.clear()
        self._said[words] = (time.monotonic(), 0)
        log.warning("%s (%s, %d more since it was last said)", words, place or "all", times)

    def _look(self, reactor: Any) -> None:
        now = time.monotonic()
        for connection in [connection for connection in self._all if connection.too_slow(now)]:
            self._say("requests that took too long to come are closed", connection.place)
            self.closed(connection)
            connection.abort()
        reactor.callLater(EVERY_S, self._look, reactor)


def connection_of(transport: Any) -> Connection | None:
    """The connection below a transport, which TLS wraps; None where nobody watches."""
    while transport is not None and not isinstance(transport, Connection):
        transport = getattr(transport, "transport", None)
    return transport


@lru_cache(maxsize=4096)
def _place(address: str) -> str:
    """The network of one customer: an IPv4 address, the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "0.0.0.0/32"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.ip_network((found, 64), strict=False))
        found = found.ipv4_mapped
    return f"{found}/32"
