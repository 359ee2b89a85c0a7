"""Grants as plain rows, and the hosts and endpoints that they reach."""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import verbs as registry
from accounts.models import Role
from hosts.access.fleet import Fleet, Ids
from hosts.access.json_list import JsonList
from hosts.access.narrowing import Narrowing
from hosts.models import Endpoint, Grant, Group, Host


class GrantRow(NamedTuple):
    """A grant in brief. Hundreds of model instances would cost a request milliseconds."""

    pk: int
    role_id: int
    user_id: int | None
    team_id: int | None
    group_id: int | None
    host_id: int | None
    endpoint_id: int | None
    label: str
    names: str
    until: datetime | None

    @property
    def narrowed(self) -> bool:
        """True when it is for some containers only."""
        return bool(self.label or self.names)


def grant_rows(grants: QuerySet[Grant]) -> list[GrantRow]:
    """The rows of the query in brief, in its order."""
    return [GrantRow._make(row) for row in grants.values_list(*GrantRow._fields)]


class GrantPlaces:
    """The hosts and endpoints that some grants reach, in at most three queries. The roles are few and read
    once.
    """

    def __init__(self, grants: Iterable[GrantRow]) -> None:
        grants = list(grants)
        # read when first needed
        self.fleet = Fleet()
        roles = Role.objects.in_bulk({grant.role_id for grant in grants}) if grants else {}
        self._verbs = {pk: role_verbs(role) for pk, role in roles.items()}
        groups = {grant.group_id for grant in grants if grant.group_id}
        self._in_group = {
            group: (
                frozenset(chain.from_iterable(self.fleet.on_host.get(one, ()) for one in hosts)),
                hosts,
            )
            for group, hosts in (_hosts_in(groups) if groups else {}).items()
        }

    def of(self, grant: GrantRow) -> tuple[Ids, Ids]:
        """(endpoints, hosts) that the grant reaches. None: everywhere."""
        if grant.endpoint_id:
            return frozenset({grant.endpoint_id}), frozenset()
        if grant.host_id:
            return frozenset(self.fleet.on_host.get(grant.host_id, ())), frozenset({grant.host_id})
        if grant.group_id:
            return self._in_group.get(grant.group_id, (frozenset(), frozenset()))
        return None, None

    def verbs(self, role_id: int) -> frozenset[str]:
        """Verbs that a grant of this role gives."""
        # the role may have been deleted meanwhile
        return self._verbs.get(role_id, frozenset())


def _hosts_in(groups: set[int]) -> dict[int, frozenset[int]]:
    """Hosts by group, for groups that have any."""
    rows = Host.groups.through.objects.filter(group_id__in=groups).values_list("group_id")
    return {group: frozenset(hosts) for group, hosts in rows.annotate(all=JsonList("host_id"))}


def in_force(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """The grants that have not ended."""
    return grants.filter(Q(until=None) | Q(until__gt=timezone.now()))


def grants_with_names(pks: Iterable[int] | None = None) -> dict[int, Grant]:
    """Grants by key with the names of role, team and place, in one query. None: all grants."""
    with_names = Grant.objects.select_related("role", "team", "group", "host", "endpoint__host")
    return with_names.in_bulk(None if pks is None else list(pks))


def grant_words(pk: int) -> str:
    """The audit log's words: “grant 12: operator on group prod through team web”."""
    grant = grants_with_names([pk]).get(pk)
    if grant is None:
        # deleted since it was read
        return f"grant {pk}"
    place: Group | Host | Endpoint | None = grant.group or grant.host or grant.endpoint
    kind = "group" if grant.group_id else "host" if grant.host_id else "endpoint"
    where = f"on {kind} {place}" if place else "everywhere"
    narrowing = Narrowing(grant.label, grant.names).words
    only = f" for {narrowing}" if narrowing else ""
    through = f" through team {grant.team}" if grant.team_id else ""
    return f"grant {grant.pk}: {grant.role.name} {where}{only}{through}"


def role_verbs(role: Role) -> frozenset[str]:
    """Verbs that a grant of this role gives: those about places, not those about the site."""
    return frozenset(name for name in role.verb_names() if not registry.is_site(name))
