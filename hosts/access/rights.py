"""What a person holds: their own role, and the grants to them and their teams.

Rights are kept on the user object. Each request, job and check of the hub fetches its own user.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

from django.db.models import Q, QuerySet

from accounts.models import Membership, User
from hosts.access.fleet import Fleet, Ids
from hosts.access.grant_rows import GrantPlaces, GrantRow, grant_rows, grant_words, in_force
from hosts.access.narrowing import ContainerLike, Narrowing
from hosts.models import Grant

_KEPT = "_haulout_rights"


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of a person: their own (`own`, its name), or one from a `grant`. `endpoints`, `hosts`: None is
    everywhere. Only the own role gives verbs about the site.
    """

    verbs: frozenset[str]
    endpoints: Ids = None
    hosts: Ids = None
    narrowing: Narrowing | None = None
    grant: GrantRow | None = None
    own: str = ""

    @property
    def words(self) -> str:
        """The audit log's words. Reads the names of the grant's role, place and team."""
        return f"role {self.own}" if self.grant is None else grant_words(self.grant.pk)

    def at(self, endpoint_id: int) -> bool:
        """True when it reaches this endpoint."""
        return self.endpoints is None or endpoint_id in self.endpoints


@dataclass
class Rights:
    """All that a person holds. Empty for a disabled person."""

    held: tuple[HeldRole, ...] = ()
    # when the first grant ends. Whoever keeps rights longer must read them again then.
    until: datetime | None = None
    # the endpoints that the grants were read with, for conditions on rows
    fleet: Fleet = field(default_factory=Fleet, compare=False, repr=False)
    _at: dict[str, Ids] = field(default_factory=dict)
    _verbs_at: dict[int, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def whole(self) -> tuple[HeldRole, ...]:
        """Roles for everything at their place."""
        return tuple(one for one in self.held if one.narrowing is None)

    @cached_property
    def narrowed(self) -> tuple[HeldRole, ...]:
        """Roles for some containers only."""
        return tuple(one for one in self.held if one.narrowing is not None)

    @cached_property
    def _merged(self) -> tuple[tuple[frozenset[str], Ids, Ids], ...]:
        """(verbs, endpoints, hosts) with equal verbs merged: hundreds of grants have a few roles."""
        alike: dict[frozenset[str], list[HeldRole]] = {}
        for one in self.whole:
            alike.setdefault(one.verbs, []).append(one)
        return tuple(
            (verbs, union(o.endpoints for o in same), union(o.hosts for o in same))
            for verbs, same in alike.items()
        )

    def everywhere(self) -> frozenset[str]:
        """Verbs held on every host, with those about the site."""
        return frozenset().union(*(verbs for verbs, ids, _hosts in self._merged if ids is None))

    def anywhere(self) -> frozenset[str]:
        """Verbs held anywhere, even for one container. Whoever sees a container sees its host."""
        found: frozenset[str] = frozenset().union(*{one.verbs for one in self.held})
        shows = any("container.view" in one.verbs for one in self.narrowed)
        return found | {"host.view"} if shows else found

    def endpoints_with(self, verb: str) -> Ids:
        """Endpoints where the verb is held for everything. None: everywhere."""
        if verb not in self._at:
            self._at[verb] = union(ids for verbs, ids, _hosts in self._merged if verb in verbs)
        return self._at[verb]

    def hosts_with(self, verb: str) -> Ids:
        """Hosts where the verb is held for the whole host. None: everywhere."""
        return union(hosts for verbs, _ids, hosts in self._merged if verb in verbs)

    def verbs_at(self, endpoint_id: int) -> frozenset[str]:
        """Verbs held for everything on an endpoint."""
        if endpoint_id not in self._verbs_at:
            self._verbs_at[endpoint_id] = frozenset().union(
                *(v for v, ids, _hosts in self._merged if ids is None or endpoint_id in ids)
            )
        return self._verbs_at[endpoint_id]

    def verbs_on_host(self, host_id: int) -> frozenset[str]:
        """Verbs held for a host with all its endpoints."""
        return frozenset().union(
            *(v for v, _ids, hosts in self._merged if hosts is None or host_id in hosts)
        )

    def grounds(
        self, verb: str, endpoint_id: int, container: ContainerLike | None = None
    ) -> list[HeldRole]:
        """The roles that give the verb there, or for this container. The widest comes first."""
        return [one for one in self.whole if verb in one.verbs and one.at(endpoint_id)] + [
            one
            for one in self.narrowed
            if verb in one.verbs
            and one.at(endpoint_id)
            and container is not None
            and one.narrowing is not None
            and one.narrowing.fits(container)
        ]

    @cached_property
    def key(self) -> str:
        """Equal for two people with equal rights."""
        parts = sorted(
            f"{_mark(one.verbs)} {_mark(one.endpoints)} {_mark(one.hosts)} {one.narrowing!r}"
            for one in self.held
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@lru_cache(maxsize=8192)
def _mark(things: frozenset[str] | Ids) -> str:
    """A short hash, equal for equal sets. People with grants at one place share the same set object."""
    listed = "everywhere" if things is None else repr(sorted(things))
    return hashlib.sha256(listed.encode()).hexdigest()


def union(sets: Iterable[Ids]) -> Ids:
    """The union of the sets. None is everywhere."""
    found: set[int] = set()
    for one in sets:
        if one is None:
            return None
        found |= one
    return frozenset(found)


def rights_of(user: User) -> Rights:
    """What the user holds now. Cached on the object: fetch the user again for a fresh answer."""
    if not rights_known(user):
        user.__dict__[_KEPT] = ((user.role_id, user.is_active), _read(user))
    found: Rights = user.__dict__[_KEPT][1]
    return found


def rights_known(user: User) -> bool:
    """True where `rights_of` asks no database."""
    kept = user.__dict__.get(_KEPT)
    return kept is not None and kept[0] == (user.role_id, user.is_active)


def keep_rights(user: User, held: Iterable[HeldRole], fleet: Fleet) -> None:
    """Set the answer of `rights_of` from grants that were read for many people at once."""
    rights = _rights((_own(user), *held), fleet) if user.is_active else Rights()
    user.__dict__[_KEPT] = ((user.role_id, user.is_active), rights)


def load_rights(users: Iterable[User]) -> None:
    """Read the rights of all these users in a fixed number of queries. `rights_of` then needs none."""
    people = {user.pk: user for user in users if user.is_active}
    teams: dict[int, list[int]] = {}
    members = Membership.objects.filter(user__in=people).order_by()
    for user_id, team_id in members.values_list("user_id", "team_id"):
        teams.setdefault(team_id, []).append(user_id)
    theirs = Grant.objects.filter(Q(user__in=people) | Q(team__in=teams)).order_by("pk")
    grants = grant_rows(in_force(theirs))
    places = GrantPlaces(grants)
    mine: dict[int, list[HeldRole]] = {user_id: [] for user_id in people}
    for grant in grants:
        held = held_through(grant, places)
        for user_id in [grant.user_id] if grant.user_id else teams[grant.team_id or 0]:
            mine[user_id].append(held)
    for user_id, user in people.items():
        keep_rights(user, mine[user_id], places.fleet)


def forget_rights(user: User) -> None:
    """Drop the cached rights of this object."""
    user.__dict__.pop(_KEPT, None)


def _read(user: User) -> Rights:
    if not user.is_active:
        return Rights()
    if user._state.adding:
        # the console's user has no row, so no grants
        return Rights((_own(user),))
    grants = grant_rows(grants_to(user))
    places = GrantPlaces(grants)
    held = (_own(user), *(held_through(grant, places) for grant in grants))
    return _rights(held, places.fleet)


def _own(user: User) -> HeldRole:
    return HeldRole(user.role.verb_names(), own=user.role.name)


def _rights(held: tuple[HeldRole, ...], fleet: Fleet) -> Rights:
    ends = [one.grant.until for one in held if one.grant and one.grant.until]
    return Rights(held, min(ends, default=None), fleet)


def grants_to(user: User) -> QuerySet[Grant]:
    """Current grants to the person or to one of their teams."""
    teams = Membership.objects.filter(user=user).order_by().values("team")
    return in_force(Grant.objects.filter(Q(user=user) | Q(team__in=teams))).order_by("pk")


def held_through(grant: GrantRow, places: GrantPlaces) -> HeldRole:
    """The role that a grant gives. Verbs about the site are dropped. A narrowed grant keeps only verbs
    about containers.
    """
    endpoints, hosts = places.of(grant)
    verbs = places.verbs(grant.role_id)
    narrowing = None
    if grant.narrowed:
        narrowing = Narrowing(grant.label, grant.names)
        verbs = frozenset(name for name in verbs if name.startswith("container."))
    return HeldRole(verbs, endpoints, hosts, narrowing, grant)
