"""The status of a host, from its logins, its endpoints and its cached `info`."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from dashboard.furniture.link_words import link_text
from dashboard.live.visibility import scope_to_visible
from hosts.access import Person, allows, endpoints_with, visible_endpoints, visible_hosts
from hosts.models import Container, Endpoint, Group, Host, Login, StatsStanding
from hosts.stats.metrics import CPU_PER_CORE

# worst first
_ORDER = ("stopped", "away", "connecting", "degraded", "up", "disabled")
DISK_FULL = 0.85
# statistics are written every minute
FRESH = timedelta(minutes=3)


@dataclass(slots=True)
class HostStatus:
    """What rows, tiles and the host's page show. Shares are 0…1, None when not known."""

    state: str
    # in the reader's language; `words` are Podman's or SSH's own
    reason: str = ""
    cure: str = ""
    since: datetime | None = None
    next_try_at: datetime | None = None
    words: str = ""
    running: int = 0
    containers: int = 0
    # where the person sees all, or some containers
    endpoints: list[Endpoint] = field(default_factory=list)
    logins: list[Login] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    cpus: int = 0
    cpu: float | None = None
    # True: what its containers use now; else Podman's mean of the machine since its boot
    cpu_now: bool = False
    # by its containers, of all that the machine has
    used_memory: int | None = None
    # by all on the machine; what Linux keeps of files counts as used
    memory: float | None = None
    memory_bytes: int = 0
    disk: float | None = None
    disk_bytes: int = 0
    info_at: datetime | None = None
    # True: they see some containers alone. What the machine uses sums up others', and is not told
    part: bool = False

    @property
    def rootless(self) -> list[str]:
        """Users with a Podman of their own."""
        return [endpoint.user for endpoint in self.endpoints if endpoint.rootless]

    @property
    def used_cpu(self) -> float | None:
        """What its containers use of the processors now."""
        return self.cpu if self.cpu_now else None

    @property
    def used_share(self) -> float | None:
        """What its containers use of the memory now."""
        if self.used_memory is None or not self.memory_bytes:
            return None
        return min(1.0, self.used_memory / self.memory_bytes)

    @property
    def memory_used(self) -> int | None:
        """Bytes in use; None when not known."""
        return None if self.memory is None else round(self.memory * self.memory_bytes)

    @property
    def disk_used(self) -> int | None:
        """Bytes in use on the disk of the store; None when not known."""
        return None if self.disk is None else round(self.disk * self.disk_bytes)

    @property
    def disk_tone(self) -> str:
        """bad when the disk is nearly full."""
        return "bad" if self.disk is not None and self.disk > DISK_FULL else ""

    def mark(self) -> str:
        """Differs when something shown differs."""
        shown = (
            self.state,
            self.reason,
            self.since,
            self.next_try_at,
            self.running,
            self.containers,
            tuple((e.pk, e.state, e.reason, e.podman_version) for e in self.endpoints),
            tuple(
                (o.transport, o.transport_why, o.sessions_used, o.via_id, o.certificate_until)
                for o in self.logins
            ),
            tuple(self.groups),
            self.info_at,
            self.part,
        )
        return f"{hash(shown) & 0xFFFFFFFFFFFF:x}"


def host_statuses(hosts: Iterable[Host], person: Person) -> dict[int, HostStatus]:
    """Of these hosts, in a few queries however many they are."""
    wanted = {host.pk: host for host in hosts}
    seen = list(visible_endpoints(person).filter(host_id__in=wanted).order_by("rootless", "pk"))
    counts = {
        row["endpoint_id"]: (row["running"], row["every"])
        for row in scope_to_visible(Container.objects.all(), person)
        .filter(endpoint_id__in=[endpoint.pk for endpoint in seen])
        .values("endpoint_id")
        .annotate(running=Count("pk", filter=Q(state="running")), every=Count("pk"))
        .order_by()
    }
    ids = endpoints_with(person, "host.view")
    whole = {endpoint.pk for endpoint in seen if ids is None or endpoint.pk in ids}
    endpoints: dict[int, list[Endpoint]] = defaultdict(list)
    for endpoint in seen:
        endpoint.host = wanted[endpoint.host_id]
        endpoints[endpoint.host_id].append(endpoint)
    for pk, there in endpoints.items():
        # by a narrowed grant there is a Podman where something fits; where nothing does, the host alone
        own = [one for one in there if one.pk in whole or one.pk in counts]
        endpoints[pk] = own or there
    logins = _logins(wanted, endpoints, person)
    using = {
        pk: (cpu, memory)
        for pk, cpu, memory in StatsStanding.objects.filter(
            endpoint_id__in=whole & counts.keys(),
            reason_kind="",
            sampled_at__gt=timezone.now() - FRESH,
        ).values_list("endpoint_id", "cpu", "memory_bytes")
    }
    groups: dict[int, list[str]] = defaultdict(list)
    named = Group.objects.filter(hosts__in=wanted).order_by("name")
    for host_id, name in named.values_list("hosts", "name"):
        groups[host_id].append(name)
    found = {}
    for pk, host in wanted.items():
        found[pk] = _standing(host, logins[pk], endpoints[pk], counts, groups[pk])
        found[pk].part = bool(endpoints[pk]) and not any(e.pk in whole for e in endpoints[pk])
        if found[pk].part and not found[pk].containers:
            found[pk].endpoints, found[pk].logins, found[pk].versions = [], [], []
        _resources(found[pk], [one for one in endpoints[pk] if one.pk in whole])
        _with_use(found[pk], using)
    return found


def _logins(
    wanted: dict[int, Host], endpoints: dict[int, list[Endpoint]], person: Person
) -> dict[int, list[Login]]:
    """Logins by host: all for who sees the whole host, else those of the visible endpoints. A
    hidden jump host is left out.
    """
    reached = {endpoint.login_id for found in endpoints.values() for endpoint in found}
    found: dict[int, list[Login]] = defaultdict(list)
    rows = Login.objects.filter(host_id__in=wanted).select_related("via__host")
    logins = list(rows.defer("sealed_key", "via__sealed_key").order_by("pk"))
    jumps = {login.via.host_id for login in logins if login.via}
    shown = set(
        visible_hosts(person).filter(pk__in=jumps).values_list("pk", flat=True) if jumps else ()
    )
    for login in logins:
        if login.via and login.via.host_id not in shown:
            login.via = None
        if login.pk in reached or allows(person, "host.view", wanted[login.host_id]):
            found[login.host_id].append(login)
    return found


def _with_use(found: HostStatus, using: dict[int, tuple[int, int]]) -> None:
    """Adds what its containers use now; for CPU this replaces the mean since boot."""
    used = [using[endpoint.pk] for endpoint in found.endpoints if endpoint.pk in using]
    if not used:
        return
    found.used_memory = sum(memory for _cpu, memory in used)
    if found.cpus:
        cores = sum(cpu for cpu, _memory in used) / CPU_PER_CORE
        found.cpu, found.cpu_now = min(1.0, cores / found.cpus), True


def _standing(
    host: Host,
    logins: list[Login],
    endpoints: list[Endpoint],
    counts: dict[int, tuple[int, int]],
    groups: list[str],
) -> HostStatus:
    found = _state(host, logins, endpoints)
    found.endpoints, found.logins, found.groups = endpoints, logins, groups
    for endpoint in endpoints:
        running, every = counts.get(endpoint.pk, (0, 0))
        found.running += running
        found.containers += every
        if endpoint.podman_version and endpoint.podman_version not in found.versions:
            found.versions.append(endpoint.podman_version)
    return found


def _state(host: Host, logins: list[Login], endpoints: list[Endpoint]) -> HostStatus:
    if not host.enabled:
        return HostStatus("disabled", since=host.changed_at)
    if not logins:
        return HostStatus("connecting", since=host.created_at)
    worst = min(logins, key=lambda login: _ORDER.index(login.state))
    found = HostStatus(worst.state, since=worst.since, next_try_at=worst.next_try_at)
    _explain(found, worst)
    if found.state != "up":
        return found
    troubled = [e for e in endpoints if e.state not in ("up", "connecting")]
    if troubled:
        worst_endpoint = min(troubled, key=lambda e: _ORDER.index(e.state))
        every = len(troubled) == len(endpoints)
        found.state = worst_endpoint.state if every else "degraded"
        _explain(found, worst_endpoint)
        found.since = worst_endpoint.since
    elif endpoints and all(e.state == "connecting" for e in endpoints):
        found.state = "connecting"
    return found


def _explain(found: HostStatus, worst: Login | Endpoint) -> None:
    cause = link_text(worst.reason, worst.reason_kind)
    found.reason, found.words = cause.text, cause.words
    found.cure = link_text(worst.cure, worst.reason_kind).text


def _resources(found: HostStatus, endpoints: list[Endpoint]) -> None:
    known: list[tuple[Endpoint, dict[str, Any]]] = [(e, e.info) for e in endpoints if e.info]
    if not known:
        return
    endpoint, info = known[0]
    host, store = info.get("host", {}), info.get("store", {})
    found.info_at = endpoint.info_at
    found.cpus = host.get("cpus") or 0
    idle = (host.get("cpuUtilization") or {}).get("idlePercent")
    found.cpu = None if not idle else max(0.0, 1 - idle / 100)
    total, free = host.get("memTotal") or 0, host.get("memFree") or 0
    found.memory_bytes = total
    found.memory = (total - free) / total if total else None
    allocated, used = store.get("graphRootAllocated") or 0, store.get("graphRootUsed") or 0
    found.disk_bytes = allocated
    found.disk = used / allocated if allocated else None
