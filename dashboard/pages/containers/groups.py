"""Groups of the container list: by project, pod, kube file, systemd unit or host."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.container_ends import asked_to_end, in_a_loop
from dashboard.live.by_host import BY_HOST, endpoint_names
from dashboard.live.grouping import Grouping, Key
from dashboard.offers.containers import START, STOP
from dashboard.pages.containers.rows import look_of
from dashboard.states import look
from hosts.access import Person, verbs_at
from hosts.inventory.deaths import LOOP
from hosts.models import Container


def _pod_names(keys: list[Key], person: Person) -> dict[Key, str]:
    """The pod's name with its host, where several hosts have a pod of that name."""
    names = endpoint_names(list({key[:1] for key in keys}), person)
    counts = Counter(pod for _endpoint, pod in keys)
    return {key: f"{key[1]} · {names.get(key[:1], '')}" for key in keys if counts[key[1]] > 1}


GROUPINGS = (
    Grouping(
        "project", _("compose project"), ("project",), ~Q(project=""), _("In no compose project")
    ),
    Grouping(
        "pod", _("pod"), ("endpoint_id", "pod_name"), ~Q(pod_name=""), _("In no pod"), _pod_names
    ),
    # a kube file has no name on the host, but its pod has
    Grouping(
        "kube",
        _("kube file"),
        ("endpoint_id", "pod_name"),
        Q(kube=True) & ~Q(pod_name=""),
        _("Not from a kube file"),
        _pod_names,
    ),
    Grouping("unit", _("systemd unit"), ("unit",), ~Q(unit=""), _("In no systemd unit")),
    BY_HOST,
)

# worst first
_TONES = ("bad", "warn", "calm", "idle", "good")
# states that a group's verb applies to; restart leaves ended containers alone
STATES: dict[str, frozenset[str]] = {
    "start": START.states or frozenset(),
    "restart": frozenset({"running"}),
    "stop": STOP.states or frozenset(),
}


@dataclass(frozen=True, slots=True)
class ContainerGroup:
    """Facts of a group's head. `states`: (state, count), worst first. `can`: verbs that make sense."""

    states: tuple[tuple[str, int], ...]
    hosts: int
    can: tuple[str, ...]

    @property
    def worst(self) -> str:
        """The state that the head shows."""
        return self.states[0][0] if self.states else "unknown"

    @property
    def others(self) -> tuple[tuple[str, int], ...]:
        return self.states[1:]


def _rank(state: str) -> int:
    return _TONES.index(look("container", state).tone)


def facts_of(
    grouping: Grouping, rows: QuerySet[Any], keys: list[Key], person: Person
) -> dict[Key, ContainerGroup]:
    """Facts of the groups with these keys. Two rounds of queries for all of them."""
    return {
        key: facts
        for some, fields in ((_in_groups(keys), grouping.fields), ([()] if () in keys else [], ()))
        if some
        for key, facts in _facts(grouping, rows, some, fields, person).items()
    }


def _in_groups(keys: list[Key]) -> list[Key]:
    return [key for key in keys if key]


def _facts(
    grouping: Grouping,
    rows: QuerySet[Any],
    keys: list[Key],
    fields: tuple[str, ...],
    person: Person,
) -> dict[Key, ContainerGroup]:
    condition = Q()
    for key in keys:
        condition |= grouping.of(key)
    some = rows.filter(condition)
    counts: dict[Key, dict[str, int]] = {key: {} for key in keys}
    raw: dict[Key, set[str]] = {key: set() for key in keys}
    width = len(fields)
    looping = Case(When(in_a_loop(), then=LOOP), default=0)
    looks = some.annotate(loop=looping).values_list(*fields, "state", "health", "exit_code", "loop")
    now = timezone.now()
    for row in looks.annotate(n=Count("pk")):
        key, (state, health, exit_code, loop, number) = tuple(row[:width]), row[width:]
        one = Container(state=state, health=health, exit_code=exit_code, crashes=loop)
        one.exited_at = now
        shown, _detail = look_of(one)
        counts[key][shown] = counts[key].get(shown, 0) + number
        raw[key].add(state)
    # a requested stop is no failure
    for row in (
        some.filter(asked_to_end())
        .exclude(exit_code=0)
        .exclude(exit_code=None)
        .values_list(*fields, "state")
        .annotate(n=Count("pk"))
    ):
        key, (state, number) = tuple(row[:width]), row[width:]
        counts[key]["failed"] -= number
        counts[key][state] = counts[key].get(state, 0) + number
    hosts = some.values_list(*fields).annotate(n=Count("endpoint__host", distinct=True))
    on = {tuple(row[:width]): row[width] for row in hosts} if width else {}
    if not width:
        on[()] = some.aggregate(n=Count("endpoint__host", distinct=True))["n"]
    verbs = verbs_at(person)
    return {
        key: ContainerGroup(
            tuple(
                sorted(
                    ((k, n) for k, n in found.items() if n),
                    key=lambda pair: (_rank(pair[0]), -pair[1], pair[0]),
                )
            ),
            on.get(key, 0),
            tuple(_sensible(raw[key], verbs)),
        )
        for key, found in counts.items()
    }


def _sensible(states: set[str], verbs: frozenset[str]) -> list[str]:
    found = [
        name for name, wanted in STATES.items() if f"container.{name}" in verbs and states & wanted
    ]
    return [*found, "logs"] if "container.logs" in verbs else found
