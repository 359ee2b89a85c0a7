"""What somebody holds, and through what: their own role and the grants to them and their teams.

Read once per user object: a request, a look of the hub or of the guard, a job each fetch their own.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import verbs as registry
from accounts.models import Role, User
from hosts.access.narrowing import Narrowing, Thing
from hosts.models import Endpoint, Grant, Group, Host

_KEPT = "_haulout_rights"


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that gives verbs. `endpoints` and `hosts`: None is everywhere. No `grant`: the role
    that the person has of their own, which alone gives verbs about the site.
    """

    verbs: frozenset[str]
    endpoints: frozenset[int] | None = None
    hosts: frozenset[int] | None = None
    narrowing: Narrowing | None = None
    grant: Grant | None = None
    words: str = ""

    def at(self, endpoint_id: int) -> bool:
        """True when it reaches this endpoint."""
        return self.endpoints is None or endpoint_id in self.endpoints


@dataclass
class Rights:
    """All that a person holds. Nothing for a disabled one."""

    held: tuple[Held, ...] = ()
    # when the first of the grants ends; whoever keeps rights for longer must read them again then
    until: datetime | None = None
    _key: str = ""
    _at: dict[str, frozenset[int] | None] = field(default_factory=dict)
    _verbs_at: dict[int, frozenset[str]] = field(default_factory=dict)

    @property
    def whole(self) -> tuple[Held, ...]:
        """What concerns all that is at its place."""
        return tuple(one for one in self.held if one.narrowing is None)

    @property
    def narrowed(self) -> tuple[Held, ...]:
        """What concerns some containers only."""
        return tuple(one for one in self.held if one.narrowing is not None)

    def everywhere(self) -> frozenset[str]:
        """Verbs held on every host, those about the site among them."""
        return frozenset().union(*(one.verbs for one in self.whole if one.endpoints is None))

    def anywhere(self) -> frozenset[str]:
        """Verbs held somewhere, be it on a single container."""
        return frozenset().union(*(one.verbs for one in self.held))

    def endpoints_with(self, verb: str) -> frozenset[int] | None:
        """Endpoints where the verb is held for all that is there; None: everywhere."""
        if verb not in self._at:
            self._at[verb] = _joined(one.endpoints for one in self.whole if verb in one.verbs)
        return self._at[verb]

    def hosts_with(self, verb: str) -> frozenset[int] | None:
        """Hosts on which the verb is held as a whole; None: everywhere."""
        return _joined(one.hosts for one in self.whole if verb in one.verbs)

    def verbs_at(self, endpoint_id: int) -> frozenset[str]:
        """Verbs held for all that is at an endpoint."""
        if endpoint_id not in self._verbs_at:
            self._verbs_at[endpoint_id] = frozenset().union(
                *(one.verbs for one in self.whole if one.at(endpoint_id))
            )
        return self._verbs_at[endpoint_id]

    def verbs_on_host(self, host_id: int) -> frozenset[str]:
        """Verbs held for a host with all its endpoints."""
        return frozenset().union(
            *(one.verbs for one in self.whole if one.hosts is None or host_id in one.hosts)
        )

    def grounds(self, verb: str, endpoint_id: int, thing: Thing | None = None) -> list[Held]:
        """Everything that gives the verb there (to this container), the widest first."""
        return [one for one in self.whole if verb in one.verbs and one.at(endpoint_id)] + [
            one
            for one in self.narrowed
            if verb in one.verbs
            and one.at(endpoint_id)
            and thing is not None
            and one.narrowing is not None
            and one.narrowing.fits(thing)
        ]

    @property
    def key(self) -> str:
        """Equal for two people who hold the same."""
        if not self._key:
            parts = sorted(
                repr((sorted(one.verbs), _listed(one.endpoints), _listed(one.hosts), one.narrowing))
                for one in self.held
            )
            self._key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return self._key


def _listed(ids: frozenset[int] | None) -> list[int] | None:
    return None if ids is None else sorted(ids)


def _joined(sets: Iterable[frozenset[int] | None]) -> frozenset[int] | None:
    found: set[int] = set()
    for one in sets:
        if one is None:
            return None
        found |= one
    return frozenset(found)


def rights_of(user: User) -> Rights:
    """What `user` holds now. Kept on the object: fetch the user again to ask again."""
    kept = user.__dict__.get(_KEPT)
    if kept is None or kept[0] != (user.role_id, user.is_active):
        kept = ((user.role_id, user.is_active), _read(user))
        user.__dict__[_KEPT] = kept
    found: Rights = kept[1]
    return found


def keep(user: User, held: Iterable[Held]) -> None:
    """Let `rights_of` answer from grants that were read for many people at once."""
    own = Held(user.role.verb_names(), words=f"role {user.role.name}")
    rights = Rights((own, *held)) if user.is_active else Rights()
    user.__dict__[_KEPT] = ((user.role_id, user.is_active), rights)


def forget(user: User) -> None:
    """Ask again at the next question, though it is the same object."""
    user.__dict__.pop(_KEPT, None)


def _read(user: User) -> Rights:
    if not user.is_active:
        return Rights()
    own = Held(user.role.verb_names(), words=f"role {user.role.name}")
    if user._state.adding:
        # of the console: no row, so no grants
        return Rights((own,))
    grants = list(grants_to(user).select_related("role", "team", "group", "host", "endpoint__host"))
    places = Places(grants)
    return Rights(
        (own, *(held_through(grant, places) for grant in grants)),
        min((grant.until for grant in grants if grant.until), default=None),
    )


def grants_to(user: User) -> QuerySet[Grant]:
    """Grants in force to the person or to a team of theirs."""
    now = timezone.now()
    mine = Q(user=user) | Q(team__memberships__user=user)
    return Grant.objects.filter(mine).filter(Q(until=None) | Q(until__gt=now)).order_by("pk")


class Places:
    """Which hosts and endpoints the places of some grants are, in at most two queries."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        grants = list(grants)
        self._verbs: dict[int, frozenset[str]] = {}
        groups = {grant.group_id for grant in grants if grant.group_id}
        self.in_group: dict[int, set[int]] = {group: set() for group in groups}
        if groups:
            through = Host.groups.through.objects.filter(group_id__in=groups)
            for group, host in through.values_list("group_id", "host_id"):
                self.in_group[group].add(host)
        hosts = {grant.host_id for grant in grants if grant.host_id}.union(*self.in_group.values())
        self.on_host: dict[int, list[int]] = {}
        if hosts:
            rows = Endpoint.objects.filter(host_id__in=hosts).order_by()
            for endpoint, host in rows.values_list("pk", "host_id"):
                self.on_host.setdefault(host, []).append(endpoint)

    def of(self, grant: Grant) -> tuple[frozenset[int] | None, frozenset[int] | None]:
        """(endpoints, hosts) that it reaches; None is everywhere."""
        if grant.endpoint_id:
            return frozenset({grant.endpoint_id}), frozenset()
        if grant.host_id:
            hosts = {grant.host_id}
        elif grant.group_id:
            hosts = self.in_group.get(grant.group_id, set())
        else:
            return None, None
        endpoints = (one for host in hosts for one in self.on_host.get(host, ()))
        return frozenset(endpoints), frozenset(hosts)

    def verbs(self, role: Role) -> frozenset[str]:
        """What a grant of this role gives; computed once per role."""
        if role.pk not in self._verbs:
            self._verbs[role.pk] = role_verbs(role)
        return self._verbs[role.pk]


def held_through(grant: Grant, places: Places) -> Held:
    """The grant as the resolver uses it. Verbs about the site fall away, and with a narrowed one
    all that is not about a container.
    """
    endpoints, hosts = places.of(grant)
    verbs = places.verbs(grant.role)
    narrowing = None
    if grant.narrowed:
        narrowing = Narrowing(grant.label, grant.names)
        verbs = frozenset(name for name in verbs if name.startswith("container."))
    return Held(verbs, endpoints, hosts, narrowing, grant, words_of(grant))


def words_of(grant: Grant) -> str:
    """For the audit log: “grant 12: operator on group prod through team web”."""
    place: Group | Host | Endpoint | None = grant.group or grant.host or grant.endpoint
    kind = "group" if grant.group_id else "host" if grant.host_id else "endpoint"
    where = f"on {kind} {place}" if place else "everywhere"
    narrowing = Narrowing(grant.label, grant.names).words
    only = f" for {narrowing}" if narrowing else ""
    through = f" through team {grant.team}" if grant.team_id else ""
    return f"grant {grant.pk}: {grant.role.name} {where}{only}{through}"


def role_verbs(role: Role) -> frozenset[str]:
    """Verbs that a grant of this role gives: those about places."""
    return frozenset(name for name in role.verb_names() if not registry.is_site(name))
