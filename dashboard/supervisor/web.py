"""Daphne on a socket that is open already, with TLS where a certificate is given."""

import resource
import socket
from pathlib import Path
from typing import Any, cast

from daphne.server import reactor  # first: it chooses Twisted's reactor
from django.conf import settings as ours

from dashboard.asgi import application
from dashboard.connections import OTHER_FILES, ConnectionLimits
from dashboard.streams.transfer.server import StreamedFactory, StreamingServer
from dashboard.streams.transfer.strangers import is_signed_in

MOST_FILES = 65_536
# one frame of a terminal's paste or an upload's chunk; anything bigger is refused
MAX_MESSAGE_BYTES = 1024 * 1024


def adopt(descriptor: int) -> socket.socket:
    """The listening socket that the supervisor opened; it stays open when we are started again."""
    return socket.socket(fileno=descriptor)


class AdoptingServer(StreamingServer):
    """Serves an open socket instead of Daphne's endpoint descriptions."""

    def __init__(self, listening: socket.socket, wrap: Any, **settings: Any) -> None:
        super().__init__(application, endpoints=["adopted"], known=is_signed_in, **settings)
        self.endpoints: list[str] = []
        self._listening, self._wrap = listening, wrap
        self._limits = ConnectionLimits(
            each=ours.HAULOUT_CONNECTIONS_PER_ADDRESS,
            free=ours.HAULOUT_TRUSTED_PROXIES,
            most=_most_connections(),
        )
        reactor.callWhenRunning(self._adopt)

    def _adopt(self) -> None:
        self.http_factory = StreamedFactory(self)
        factory = self.http_factory if self._wrap is None else self._wrap(self.http_factory)
        self._listening.setblocking(False)
        self._port = reactor.adoptStreamPort(
            self._listening.fileno(), self._listening.family, factory
        )
        self._limits.watch(self._port)
        self._listening.close()


def _most_connections() -> int:
    """Open as many files as the system lets us, less what is needed besides."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wish = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wish:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wish, hard))
        soft = wish
    return max(wish if soft == resource.RLIM_INFINITY else soft, 2 * OTHER_FILES) - OTHER_FILES


def serve(listening: socket.socket, *, key: Path | None, chain: Path | None) -> None:
    """Serve until SIGTERM or SIGINT. With `key` and `chain` (PEM) by TLS 1.2 and newer."""
    wrap = None
    if key is not None and chain is not None:
        wrap = _tls(key, chain)
    AdoptingServer(
        listening,
        wrap,
        server_name="haulout",
        ping_interval=20,
        ping_timeout=30,
        websocket_max_message_size=MAX_MESSAGE_BYTES,
        websocket_max_frame_size=MAX_MESSAGE_BYTES,
        application_close_timeout=5,
        verbosity=0,
    ).run()


def _tls(key: Path, chain: Path) -> Any:
    from OpenSSL import crypto
    from twisted.internet.ssl import CertificateOptions, TLSVersion
    from twisted.protocols.tls import TLSMemoryBIOFactory

    options = CertificateOptions(
        privateKey=crypto.load_privatekey(crypto.FILETYPE_PEM, key.read_bytes()),
        certificate=crypto.load_certificate(crypto.FILETYPE_PEM, chain.read_bytes()),
        raiseMinimumTo=TLSVersion.TLSv1_2,
    )
    return lambda factory: TLSMemoryBIOFactory(cast(Any, options), False, factory)
