"""The wizard's state, kept in the session. It holds a sealed key, never a password."""

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from hosts.actions.hosts.register_host import SameKeyHost, SocketInfo
from hosts.models import Host

KEY = "joining"


@dataclass
class Draft:
    """A host, login or key that the wizard adds.

    `host_id`: the registered host that gets another login. `login_id`: the login that gets another key.
    """

    address: str = ""
    port: int = 22
    user: str = "root"
    socket: str = ""
    algorithm: str = ""
    fingerprint: str = ""
    host_key_line: str = ""
    # the person has confirmed the fingerprint
    confirmed: bool = False
    sealed_key: str = ""
    public_key: str = ""
    # the key's SSH certificate; the host's certificate authorities as lines of known_hosts
    certificate: str = ""
    host_ca: str = ""
    own_key: bool = False
    installed: bool = False
    sockets: list[dict[str, Any]] = field(default_factory=list)
    # the doctor has finished
    examined: bool = False
    # the sign-in worked: enough for a jump host
    signed_in: bool = False
    # registered hosts with the same host key, and how they differ
    compared: list[dict[str, Any]] = field(default_factory=list)
    # id of the jump host's login
    via: int | None = None
    host_id: int | None = None
    login_id: int | None = None
    # its place in the session's plan of connections
    planned: int | None = None

    @property
    def seal(self) -> bytes:
        """The sealed private key."""
        return base64.b64decode(self.sealed_key)

    def set_key(self, sealed: bytes, public_line: str) -> None:
        """Take another key, and forget what the doctor saw with the old one."""
        self.sealed_key, self.public_key = base64.b64encode(sealed).decode(), public_line
        self.own_key = self.installed = False
        self.set_certificate("")

    def set_certificate(self, line: str) -> None:
        """Take a certificate, or "" for none, and forget what the doctor saw without it."""
        self.certificate = line
        self.examined = self.signed_in = False
        self.sockets, self.compared = [], []

    @property
    def found(self) -> list[SocketInfo]:
        """The sockets that the doctor found."""
        return [SocketInfo(**one) for one in self.sockets]

    @property
    def twins(self) -> list[SameKeyHost]:
        """Registered hosts with the same host key."""
        return [SameKeyHost(**one) for one in self.compared]

    def set_sockets(
        self, sockets: list[SocketInfo], *, signed_in: bool, twins: Sequence[SameKeyHost]
    ) -> None:
        """Keep what the doctor found, without the long facts that machines are compared by."""
        self.sockets, self.examined = [asdict(replace(one, machine={})) for one in sockets], True
        self.compared = [asdict(one) for one in twins]
        self.signed_in = signed_in


def draft_of(host: Host, *, user: str, socket: str = "") -> Draft:
    """A draft for a registered host, with its address, host key and jump host."""
    first = host.logins.first()
    return Draft(
        via=first.via_id if first else None,
        address=host.address,
        port=host.port,
        user=user,
        socket=socket,
        fingerprint=host.fingerprint,
        host_key_line=host.host_key,
        host_ca=host.host_ca,
        algorithm=host.host_key.partition(" ")[0],
        confirmed=True,
        host_id=host.pk,
    )


def read(session: SessionBase) -> Draft:
    """The session's draft; an empty one when there is none, or it is of another version."""
    kept = session.get(KEY)
    try:
        return Draft(**kept) if isinstance(kept, dict) else Draft()
    except TypeError:
        return Draft()


def keep(session: SessionBase, draft: Draft) -> None:
    session[KEY] = asdict(draft)


def forget(session: SessionBase) -> None:
    session.pop(KEY, None)
