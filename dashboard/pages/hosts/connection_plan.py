"""The plan of hosts to add from a file of connections, kept in the session. It holds no password, and keys
only sealed.
"""

import base64
from dataclasses import asdict, dataclass, field
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet

from dashboard.pages.hosts.draft import Draft
from hosts.access import Person, visible_hosts
from hosts.actions.hosts import register_host
from hosts.actions.hosts.connection_files import HostPlan, PlannedHost
from hosts.actions.hosts.host_address import HostAddress
from hosts.models import Group, Host, Login
from hosts.refusals import FieldRefusal

KEY = "joining-plan"


@dataclass
class ConnectionPlan:
    """`hosts` and `left_out` as in HostPlan. `added`: a host's place in the plan to the id it was
    registered with. `keys`: a file's key to (sealed, public line) of what was given in its place.
    """

    hosts: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)
    added: dict[str, int] = field(default_factory=dict)
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)

    def host(self, place: int | None) -> PlannedHost | None:
        """The one at this place, from 0."""
        if place is None or not 0 <= place < len(self.hosts):
            return None
        kept = dict(self.hosts[place])
        where, groups = HostAddress(**kept.pop("where")), tuple(kept.pop("groups"))
        return PlannedHost(where=where, groups=groups, **kept)

    def place(self, given: str) -> int | None:
        """The place that a form or an address names; None where there is none."""
        found = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else None
        return found if self.host(found) else None

    def get(self, given: str) -> PlannedHost | None:
        """The host at the place that an address names."""
        return self.host(self.place(given))

    def key_for(self, place: int | None) -> tuple[bytes, str] | None:
        """(seal, public line) of the key that was given for another connection with the same file."""
        planned = self.host(place)
        found = self.keys.get(planned.identity) if planned else None
        return (base64.b64decode(found[0]), found[1]) if found else None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A line of the plan. `host`: as which it is registered."""

    place: int
    planned: PlannedHost
    host: Host | None


def read(session: SessionBase) -> ConnectionPlan:
    """The session's plan; an empty one where there is none, or it is of another version."""
    kept = session.get(KEY)
    try:
        return ConnectionPlan(**kept) if isinstance(kept, dict) else ConnectionPlan()
    except TypeError:
        return ConnectionPlan()


def begin(session: SessionBase, plan: HostPlan) -> None:
    """Keep a new plan in place of the old one."""
    session[KEY] = asdict(ConnectionPlan(**asdict(plan)))


def forget(session: SessionBase) -> None:
    session.pop(KEY, None)


def note_added(session: SessionBase, person: Person, draft: Draft, host: Host) -> bool:
    """A host of the plan is registered. True while others are left; the plan goes with the last one."""
    plan = read(session)
    planned = plan.host(draft.planned)
    if planned is None:
        return False
    plan.added[str(draft.planned)] = host.pk
    if draft.own_key and planned.identity:
        plan.keys[planned.identity] = (draft.sealed_key, draft.public_key)
    if all(row.host for row in rows(plan, person)):
        forget(session)
        return False
    session[KEY] = asdict(plan)
    return True


def rows(plan: ConnectionPlan, person: Person) -> list[PlanRow]:
    """The lines, each with the host as which the person sees that account registered."""
    addresses = {one["where"]["address"] for one in plan.hosts}
    there = Q(host__in=visible_hosts(person), host__kind=Host.Kind.SSH)
    logins = Login.objects.select_related("host").filter(there, host__address__in=addresses)
    known = {(one.host.address, one.host.port, one.user): one.host for one in logins}
    by_id = Host.objects.in_bulk(plan.added.values())
    found = []
    for place in range(len(plan.hosts)):
        planned = plan.host(place)
        assert planned is not None
        where = planned.where
        account = (where.address, where.port or 22, where.user or "root")
        host = by_id.get(plan.added.get(str(place), 0)) or known.get(account)
        found.append(PlanRow(place, planned, host))
    return found


def initial_names(planned: PlannedHost, joinable: QuerySet[Group] | None) -> dict[str, Any]:
    """What the form of names begins with: the connection's name where it is free, and its groups where
    the person may put hosts into them. `joinable` as of group_moves.
    """
    initial: dict[str, Any] = {}
    try:
        initial["name"] = register_host.check_name(planned.connection)
    except FieldRefusal:
        # the one that comes from the address is as good
        pass
    if joinable is not None:
        offered = set(joinable.values_list("name", flat=True))
        there = set(Group.objects.filter(name__in=planned.groups).values_list("name", flat=True))
        initial["groups"] = sorted(offered & set(planned.groups))
        initial["new_groups"] = " ".join(sorted(set(planned.groups) - there))
    return initial
