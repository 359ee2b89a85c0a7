"""What somebody holds, and through what: their own role and the grants to them and their teams.

Read once per user object: a request, a look of the hub or of the guard, a job each fetch their own.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

from django.db.models import Q, QuerySet

from accounts.models import Membership, User
from hosts.access.fleet import Fleet, Ids
from hosts.access.given import Given, Places, given, in_force, words_of
from hosts.access.narrowing import Narrowing, Thing
from hosts.models import Grant

_KEPT = "_haulout_rights"


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that gives verbs. `endpoints` and `hosts`: None is everywhere. No `grant`: the role
    that the person has of their own (`own`, by name), which alone gives verbs about the site.
    """

    verbs: frozenset[str]
    endpoints: Ids = None
    hosts: Ids = None
    narrowing: Narrowing | None = None
    grant: Given | None = None
    own: str = ""

    @property
    def words(self) -> str:
        """For the audit log; asks for the names of the grant's role, place and team."""
        return f"role {self.own}" if self.grant is None else words_of(self.grant.pk)

    def at(self, endpoint_id: int) -> bool:
        """True when it reaches this endpoint."""
        return self.endpoints is None or endpoint_id in self.endpoints


@dataclass
class Rights:
    """All that a person holds. Nothing for a disabled one."""

    held: tuple[Held, ...] = ()
    # when the first of the grants ends; whoever keeps rights for longer must read them again then
    until: datetime | None = None
    # what the places of the grants were read from, for conditions on rows
    fleet: Fleet = field(default_factory=Fleet, compare=False, repr=False)
    _at: dict[str, Ids] = field(default_factory=dict)
    _verbs_at: dict[int, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def whole(self) -> tuple[Held, ...]:
        """What concerns all that is at its place."""
        return tuple(one for one in self.held if one.narrowing is None)

    @cached_property
    def narrowed(self) -> tuple[Held, ...]:
        """What concerns some containers only."""
        return tuple(one for one in self.held if one.narrowing is not None)

    @cached_property
    def _merged(self) -> tuple[tuple[frozenset[str], Ids, Ids], ...]:
        """(verbs, endpoints, hosts) of all whole ones that give the same: some hundreds of grants are
        of a few roles.
        """
        alike: dict[frozenset[str], list[Held]] = {}
        for one in self.whole:
            alike.setdefault(one.verbs, []).append(one)
        return tuple(
            (verbs, joined(o.endpoints for o in same), joined(o.hosts for o in same))
            for verbs, same in alike.items()
        )

    def everywhere(self) -> frozenset[str]:
        """Verbs held on every host, those about the site among them."""
        return frozenset().union(*(verbs for verbs, ids, _hosts in self._merged if ids is None))

    def anywhere(self) -> frozenset[str]:
        """Verbs held somewhere, be it on a single container; that its host is there shows with it."""
        found: frozenset[str] = frozenset().union(*{one.verbs for one in self.held})
        shows = any("container.view" in one.verbs for one in self.narrowed)
        return found | {"host.view"} if shows else found

    def endpoints_with(self, verb: str) -> Ids:
        """Endpoints where the verb is held for all that is there; None: everywhere."""
        if verb not in self._at:
            self._at[verb] = joined(ids for verbs, ids, _hosts in self._merged if verb in verbs)
        return self._at[verb]

    def hosts_with(self, verb: str) -> Ids:
        """Hosts on which the verb is held as a whole; None: everywhere."""
        return joined(hosts for verbs, _ids, hosts in self._merged if verb in verbs)

    def verbs_at(self, endpoint_id: int) -> frozenset[str]:
        """Verbs held for all that is at an endpoint."""
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

    @cached_property
    def key(self) -> str:
        """Equal for two people who hold the same."""
        parts = sorted(
            f"{_mark(one.verbs)} {_mark(one.endpoints)} {_mark(one.hosts)} {one.narrowing!r}"
            for one in self.held
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@lru_cache(maxsize=8192)
def _mark(things: frozenset[str] | Ids) -> str:
    """Short, and equal for equal sets; those of a place are one and the same for all who look at once."""
    listed = "everywhere" if things is None else repr(sorted(things))
    return hashlib.sha256(listed.encode()).hexdigest()


def joined(sets: Iterable[Ids]) -> Ids:
    """All of them together; None is everywhere."""
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


def keep(user: User, held: Iterable[Held], fleet: Fleet) -> None:
    """Let `rights_of` answer from grants that were read for many people at once."""
    rights = _rights((_own(user), *held), fleet) if user.is_active else Rights()
    user.__dict__[_KEPT] = ((user.role_id, user.is_active), rights)


def know(users: Iterable[User]) -> None:
    """Read what all of them hold, in a fixed number of queries; `rights_of` then asks no more."""
    people = {user.pk: user for user in users if user.is_active}
    teams: dict[int, list[int]] = {}
    members = Membership.objects.filter(user__in=people).order_by()
    for user_id, team_id in members.values_list("user_id", "team_id"):
        teams.setdefault(team_id, []).append(user_id)
    theirs = Grant.objects.filter(Q(user__in=people) | Q(team__in=teams)).order_by("pk")
    grants = given(in_force(theirs))
    places = Places(grants)
    mine: dict[int, list[Held]] = {user_id: [] for user_id in people}
    for grant in grants:
        held = held_through(grant, places)
        for user_id in [grant.user_id] if grant.user_id else teams[grant.team_id or 0]:
            mine[user_id].append(held)
    for user_id, user in people.items():
        keep(user, mine[user_id], places.fleet)


def forget(user: User) -> None:
    """Ask again at the next question, though it is the same object."""
    user.__dict__.pop(_KEPT, None)


def _read(user: User) -> Rights:
    if not user.is_active:
        return Rights()
    if user._state.adding:
        # of the console: no row, so no grants
        return Rights((_own(user),))
    grants = given(grants_to(user))
    places = Places(grants)
    held = (_own(user), *(held_through(grant, places) for grant in grants))
    return _rights(held, places.fleet)


def _own(user: User) -> Held:
    return Held(user.role.verb_names(), own=user.role.name)


def _rights(held: tuple[Held, ...], fleet: Fleet) -> Rights:
    ends = [one.grant.until for one in held if one.grant and one.grant.until]
    return Rights(held, min(ends, default=None), fleet)


def grants_to(user: User) -> QuerySet[Grant]:
    """Grants in force to the person or to a team of theirs."""
    teams = Membership.objects.filter(user=user).order_by().values("team")
    return in_force(Grant.objects.filter(Q(user=user) | Q(team__in=teams))).order_by("pk")


def held_through(grant: Given, places: Places) -> Held:
    """The grant as the resolver uses it. Verbs about the site fall away, and with a narrowed one
    all that is not about a container.
    """
    endpoints, hosts = places.of(grant)
    verbs = places.verbs(grant.role_id)
    narrowing = None
    if grant.narrowed:
        narrowing = Narrowing(grant.label, grant.names)
        verbs = frozenset(name for name in verbs if name.startswith("container."))
    return Held(verbs, endpoints, hosts, narrowing, grant)
