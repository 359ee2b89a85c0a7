"""Shows what a change of access would do, and for whom. The change is made in a transaction and rolled
back.

So the preview is what saving would do, for a grant, a role, a team or a group.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from accounts import verbs as registry
from accounts.models import User
from hosts.access.explain import everybody
from hosts.access.rights import HeldRole, Rights, rights_of
from hosts.models import Endpoint, Group, Host

# people whose differences are shown; the others are counted
MOST_PEOPLE = 50
_NAMED = 4


@dataclass(frozen=True, slots=True)
class VerbsAtPlace:
    """Verbs that a person gains or loses at a place. `only`: for containers that match this filter.
    `place`: names of hosts and endpoints. Empty: everywhere, or about the site.
    """

    verbs: tuple[str, ...]
    site: bool
    place: tuple[str, ...]
    more: int = 0
    only: str = ""

    @property
    def sensitive(self) -> list[registry.Verb]:
        """The verbs that the registry marks as sensitive."""
        return [verb for verb in self._known() if verb.sensitive]

    @property
    def plain(self) -> list[registry.Verb]:
        """The other verbs."""
        return [verb for verb in self._known() if not verb.sensitive]

    def _known(self) -> list[registry.Verb]:
        return [verb for verb in registry.all_verbs() if verb.name in self.verbs]


@dataclass(frozen=True, slots=True)
class Difference:
    """What the change does for one person."""

    user: User
    gains: tuple[VerbsAtPlace, ...]
    losses: tuple[VerbsAtPlace, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """Differences of the people who have any. `people`: how many the change concerns. `whole`: all of them
    were compared.
    """

    differences: tuple[Difference, ...]
    people: int
    whole: bool

    @property
    def alike(self) -> list[tuple[list[User], Difference]]:
        """(people, difference) with equal differences together, in the order of the first person."""
        found: dict[
            tuple[tuple[VerbsAtPlace, ...], tuple[VerbsAtPlace, ...]], tuple[list[User], Difference]
        ] = {}
        for one in self.differences:
            found.setdefault((one.gains, one.losses), ([], one))[0].append(one.user)
        return list(found.values())


def preview(change: Callable[[], object], affected: Iterable[int]) -> Preview:
    """What `change` would do for these people (ids). Its exceptions pass through, and nothing is kept.
    `change` must be the real action and change only the database.
    """
    ids = sorted(set(affected))
    looked = ids[:MOST_PEOPLE]
    with transaction.atomic():
        before = _rights(looked)
        change()
        after = _rights(looked)
        transaction.set_rollback(True)
    # outside of the transaction, so nobody waits for its locks
    names = _Names()
    known: dict[tuple[str, str], tuple[tuple[VerbsAtPlace, ...], tuple[VerbsAtPlace, ...]]] = {}
    found = []
    for pk, (user, now) in after.items():
        was = before[pk][1]
        keys = (was.key, now.key)
        if keys not in known:
            # members of a team mostly have equal rights
            gains, losses = lacking(now, was, names), lacking(was, now, names)
            known[keys] = (tuple(gains), tuple(losses))
        found.append(Difference(user, *known[keys]))
    differences = tuple(one for one in found if one.gains or one.losses)
    return Preview(differences, len(ids), len(looked) == len(ids))


def _rights(ids: list[int]) -> dict[int, tuple[User, Rights]]:
    # fetched again, since rights are cached on the object
    users = list(User.objects.filter(pk__in=ids).order_by("name", "pk"))
    return {user.pk: (user, rights_of(user)) for user in everybody(users)}


class _Names:
    """Names of hosts and endpoints, and the hosts that have no endpoint. Two queries."""

    def __init__(self) -> None:
        self._hosts = dict(Host.objects.order_by().values_list("pk", "name"))
        rows = Endpoint.objects.order_by().values_list("pk", "host_id", "user")
        self._endpoints = {pk: (host, user) for pk, host, user in rows}
        self._on: dict[int, set[int]] = {}
        for pk, (host, _user) in self._endpoints.items():
            self._on.setdefault(host, set()).add(pk)
        self.bare = frozenset(self._hosts.keys() - self._on.keys())

    def of(self, endpoints: frozenset[int], hosts: frozenset[int]) -> tuple[tuple[str, ...], int]:
        """(first names, how many more). A host stands for its endpoints if all are meant."""
        names = {self._hosts[host] for host in hosts if host in self._hosts}
        for pk in endpoints:
            if pk in self._endpoints:
                host, user = self._endpoints[pk]
                name = self._hosts[host]
                names.add(name if self._on[host] <= endpoints else f"{name}/{user}")
        ordered = sorted(names)
        shown = ordered if len(ordered) <= _NAMED + 1 else ordered[:_NAMED]
        return tuple(shown), len(ordered) - len(shown)


_Key = tuple[bool, frozenset[int] | None, frozenset[int], str]


def lacking(of: Rights, having: Rights, names: _Names) -> list[VerbsAtPlace]:
    """What `of` holds and `having` does not. Verbs with the same place are together."""
    found: dict[_Key, set[str]] = {}
    for held in of.held:
        for verb in held.verbs:
            key = _missing(held, verb, of, having, names)
            if key is not None:
                found.setdefault(key, set()).add(verb)
    pieces = []
    for (site, endpoints, hosts, only), verbs in found.items():
        place, more = ((), 0) if endpoints is None else names.of(endpoints, hosts)
        pieces.append(VerbsAtPlace(tuple(sorted(verbs)), site, place, more, only))
    return sorted(pieces, key=lambda piece: (not piece.site, piece.place, piece.only))


def _missing(held: HeldRole, verb: str, of: Rights, having: Rights, names: _Names) -> _Key | None:
    if registry.is_site(verb):
        if held.grant is not None or verb in having.everywhere():
            return None
        return (True, None, frozenset(), "")
    had = having.endpoints_with(verb)
    if had is None:
        return None
    only = held.narrowing.words if held.narrowing else ""
    if held.narrowing:
        wider = of.endpoints_with(verb)
        if wider is None:
            return None
        same = [
            one.endpoints
            for one in having.narrowed
            if verb in one.verbs and one.narrowing == held.narrowing
        ]
        if any(endpoints is None for endpoints in same):
            return None
        had = had.union(wider, *(endpoints for endpoints in same if endpoints is not None))
    if held.endpoints is None:
        return (False, None, frozenset(), only)
    rest = held.endpoints - had
    bare = frozenset[int]()
    if not held.narrowing and held.hosts:
        # hosts without an endpoint, where the verb is held for the host alone
        bare = (held.hosts & names.bare) - (having.hosts_with(verb) or frozenset())
    return (False, rest, bare, only) if rest or bare else None


def people_of_team(team_id: int) -> set[int]:
    """Ids of the team's members."""
    return _people(Q(memberships__team=team_id))


def people_with_role(role_id: int) -> set[int]:
    """Ids of people who have the role themselves, by a grant, or by a team's grant."""
    by_team = Q(memberships__team__grants__role=role_id)
    return _people(Q(role=role_id), Q(grants__role=role_id), by_team)


def people_on_group(group: Group) -> set[int]:
    """Ids of people with a grant on the group, their own or a team's."""
    return _people(Q(grants__group=group), Q(memberships__team__grants__group=group))


def _people(*ways: Q) -> set[int]:
    # separate queries: with OR the database would scan all people
    found = (User.objects.filter(way).order_by().values_list("pk", flat=True) for way in ways)
    return {pk for ids in found for pk in ids}
