"""What the wizard knows so far, kept in the session: only a sealed key, never a password."""

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
    """A host, login or key on its way. `host_id`: of a registered host that gets another login;
    `login_id`: of a login whose key is replaced.
    """

    address: str = ""
    port: int = 22
    user: str = "root"
    socket: str = ""
    algorithm: str = ""
    fingerprint: str = ""
    host_key_line: str = ""
    # a person compared the fingerprint and said yes
    confirmed: bool = False
    sealed_key: str = ""
    public_key: str = ""
    # an SSH certificate beside the key; and who vouches for the host's, as lines of known_hosts
    certificate: str = ""
    host_ca: str = ""
    own_key: bool = False
    installed: bool = False
    sockets: list[dict[str, Any]] = field(default_factory=list)
    # the doctor came to the end
    examined: bool = False
    # the doctor signed in: enough for a jump host
    signed_in: bool = False
    # registered hosts with the same host key, and how the doctor found them to differ
    compared: list[dict[str, Any]] = field(default_factory=list)
    # the login that it is dialled through
    via: int | None = None
    host_id: int | None = None
    login_id: int | None = None

    @property
    def seal(self) -> bytes:
        """The sealed private key."""
        return base64.b64decode(self.sealed_key)

    def take_key(self, sealed: bytes, public_line: str) -> None:
        """Another key; whatever the doctor saw was with the one before."""
        self.sealed_key, self.public_key = base64.b64encode(sealed).decode(), public_line
        self.own_key = self.installed = False
        self.take_certificate("")

    def take_certificate(self, line: str) -> None:
        """One for the key, or none; whatever the doctor saw was without it."""
        self.certificate = line
        self.examined = self.signed_in = False
        self.sockets, self.compared = [], []

    @property
    def found(self) -> list[SocketInfo]:
        """The sockets that the doctor saw."""
        return [SocketInfo(**one) for one in self.sockets]

    @property
    def twins(self) -> list[SameKeyHost]:
        """Registered hosts that show the same host key."""
        return [SameKeyHost(**one) for one in self.compared]

    def take_found(
        self, sockets: list[SocketInfo], *, signed_in: bool, twins: Sequence[SameKeyHost]
    ) -> None:
        """Keep what the doctor saw, but not what the machines were compared by: that is long."""
        self.sockets, self.examined = [asdict(replace(one, machine={})) for one in sockets], True
        self.compared = [asdict(one) for one in twins]
        self.signed_in = signed_in


def draft_of(host: Host, *, user: str, socket: str = "") -> Draft:
    """A draft that joins a registered host: its address, key and way are settled."""
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
    """The draft of this session; an empty one where there is none or it is of another version."""
    kept = session.get(KEY)
    try:
        return Draft(**kept) if isinstance(kept, dict) else Draft()
    except TypeError:
        return Draft()


def keep(session: SessionBase, draft: Draft) -> None:
    """Remember it for the next step."""
    session[KEY] = asdict(draft)


def forget(session: SessionBase) -> None:
    """The wizard is done, or begins anew."""
    session.pop(KEY, None)
