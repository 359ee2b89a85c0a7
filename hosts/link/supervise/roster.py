"""What is registered, as plans for the link. Read-only."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Max

from hosts.models import Endpoint, Host, Login
from hosts.models.hosts import State

# no retry after these: sshd would punish it, and a person has to act
NEEDS_A_PERSON = frozenset(
    {"host-key-changed", "key-refused", "host-key-unconfirmed", "certificate-expired"}
)


@dataclass(frozen=True, slots=True)
class EndpointPlan:
    """A Podman socket to watch."""

    id: int
    socket: str
    # the newest event that an earlier link read, ns by the host's clock
    events_seen_ns: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class LoginPlan:
    """An account on a host, and what is reached through it."""

    id: int
    host_id: int
    kind: str
    address: str
    port: int
    user: str
    sealed_key: bytes = field(repr=False)
    host_key: str
    endpoints: tuple[EndpointPlan, ...]
    host_name: str = field(compare=False)
    certificate: str = ""
    host_ca: str = ""
    # identifies its stores, together with their path
    machine: str = ""
    # the login that it is dialled through: id and name
    via: int | None = None
    via_name: str = field(compare=False, default="")
    # why an earlier link stopped it for good; empty if somebody acted since
    stopped: str = field(compare=False, default="")


def fingerprint() -> tuple[object, ...]:
    """Cheap: differs when a host, login or endpoint was added, removed or saved."""
    found: list[object] = []
    for model in (Host, Login, Endpoint):
        row = model.objects.aggregate(n=Count("pk"), last=Max("changed_at"))
        found += [row["n"], row["last"]]
    return tuple(found)


def plans() -> dict[int, LoginPlan]:
    """Every enabled login with its enabled endpoints, by id."""
    endpoints: dict[int, list[EndpointPlan]] = {}
    rows = Endpoint.objects.filter(enabled=True, host__enabled=True).order_by("pk")
    for pk, login_id, socket, seen_ns in rows.values_list(
        "pk", "login_id", "socket", "events_seen_ns"
    ):
        endpoints.setdefault(login_id, []).append(EndpointPlan(pk, socket, seen_ns))
    logins = Login.objects.filter(host__enabled=True).select_related("host", "via__host")
    logins = logins.order_by("pk")
    return {
        login.pk: LoginPlan(
            id=login.pk,
            host_id=login.host_id,
            kind=login.host.kind,
            address=login.host.address,
            port=login.host.port,
            user=login.user,
            sealed_key=bytes(login.sealed_key),
            host_key=login.host.host_key,
            endpoints=tuple(endpoints.get(login.pk, [])),
            host_name=login.host.name,
            certificate=login.certificate,
            host_ca=login.host.host_ca,
            machine=machine_of(login.host),
            via=login.via_id,
            via_name=str(login.via) if login.via else "",
            stopped=_still_stopped(login),
        )
        for login in logins
    }


def _still_stopped(login: Login) -> str:
    if login.state != State.STOPPED or login.reason_kind not in NEEDS_A_PERSON:
        return ""
    acted = max(login.changed_at, login.host.changed_at)
    return login.reason_kind if acted <= login.since else ""


def disabled() -> tuple[list[int], list[int]]:
    """Logins and endpoints that are disabled but not yet marked so."""
    logins = Login.objects.filter(host__enabled=False).exclude(state=State.DISABLED)
    off = Endpoint.objects.exclude(state=State.DISABLED)
    endpoints = off.filter(enabled=False) | off.filter(host__enabled=False)
    return list(logins.values_list("pk", flat=True)), list(endpoints.values_list("pk", flat=True))


class Stores:
    """Which endpoint came first on each store, known by `machine_of` its host and its graph root."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], set[int]] = {}

    def set(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """What the database knows: (endpoint id, machine, graph root)."""
        self._known = {}
        for endpoint_id, machine, graph_root in rows:
            self.first(endpoint_id, machine, graph_root)

    def first(self, endpoint_id: int, machine: str, graph_root: str) -> int:
        """The first endpoint on that store, which may be this one itself."""
        if not graph_root:
            return endpoint_id
        users = self._known.setdefault((machine, graph_root), set())
        users.add(endpoint_id)
        return min(users)


def stores() -> list[tuple[int, str, str]]:
    """Enabled endpoints with their machine and the graph root that they had."""
    rows = Endpoint.objects.filter(enabled=True, host__enabled=True).exclude(graph_root="")
    return [(one.pk, machine_of(one.host), one.graph_root) for one in rows.select_related("host")]


def machine_of(host: Host) -> str:
    """What tells its stores apart: the host key, and the host where another machine shows the same key."""
    return f"{host.host_key} {host.pk}" if host.another_machine else host.host_key


def endpoint_name(endpoint_id: int) -> str:
    """An endpoint in words for a person."""
    found = Endpoint.objects.select_related("host").filter(pk=endpoint_id).first()
    return f"{found} ({found.socket})" if found else str(endpoint_id)
