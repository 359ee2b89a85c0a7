"""Why somebody may do something, or not: every verb at a place, and what gives it.

Answers with what the resolver itself looks at (`rights`), so that the two cannot differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from accounts import verbs as registry
from accounts.beyond import measure
from accounts.models import Membership, Role, User
from accounts.verbs import Verb
from audit.shapes import Who
from hosts.access.given import Places, given, in_force, named
from hosts.access.narrowing import Thing
from hosts.access.person import Person
from hosts.access.requests import APPROVE
from hosts.access.rights import Held, Rights, held_through, keep, rights_of
from hosts.access.visible import (
    Place,
    allows,
    is_visible,
    verbs_at,
    visible_endpoints,
    visible_hosts,
)
from hosts.models import Endpoint, Grant, Host, InventoryRow

# asks on nobody's behalf; only what they hold is looked at
_NOBODY = Who(name="")


@dataclass(frozen=True, slots=True)
class Through:
    """One thing that gives a verb. Without a `grant_id`: the role that the person has of their own.

    `role` is as a person reads it. `narrowed`: for these containers alone. `part`: at some of the
    host's Podmans alone.
    """

    role: str
    place: str = ""
    team: str = ""
    narrowed: str = ""
    until: datetime | None = None
    grant_id: int | None = None
    reason: str = ""
    part: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A verb for a person at a place. `through` may hold things though `allowed` is False: they give
    it for some containers, or at a part of the place. `cut`: the token takes it away.
    """

    verb: Verb
    allowed: bool
    through: tuple[Through, ...] = ()
    cut: bool = False

    @property
    def some(self) -> bool:
        """True when they may for a part of what was asked about."""
        return bool(self.through) and not self.allowed and not self.cut


def explain(
    person: Person,
    place: Place | None,
    row: InventoryRow | None = None,
    grants: Mapping[int, Grant] | None = None,
) -> list[Answer]:
    """Every verb that has a meaning there, by group. `row`: an object at the place, an endpoint.

    Without a place: the verbs about the site. `grants`: what `named` gave, for who asks about many.
    """
    thing = row if row is not None and row._meta.model_name == "container" else None
    rights = rights_of(person.user)
    if grants is None:
        grants = named(held.grant.pk for held in rights.held if held.grant)
    may = verbs_at(person, place, thing)
    uncut = may if person.scope is None else verbs_at(replace(person, scope=None), place, thing)
    ways = [
        (held.verbs, _through(held, grants, person.user.role, part=part))
        for held, part in _ways(rights, place, thing)
    ]
    return [
        Answer(
            verb,
            verb.name in may,
            tuple(through for verbs, through in ways if verb.name in verbs),
            verb.name in uncut - may,
        )
        for verb in verbs_about(place, row)
    ]


def verbs_about(place: Place | None, row: InventoryRow | None = None) -> list[Verb]:
    """The verbs that have a meaning there: of the site, of a place, or of one kind of object."""
    if place is None:
        return [verb for verb in registry.all_verbs() if verb.site]
    found = [verb for verb in registry.all_verbs() if not verb.site]
    if row is None:
        return found
    kind = row._meta.model_name
    return [verb for verb in found if verb.name.partition(".")[0] == kind]


def sees(person: Person, place: Place | None, row: InventoryRow | None = None) -> bool:
    """True when it exists for them at all."""
    if row is not None:
        return is_visible(person, row) and sees(person, row.endpoint)
    if isinstance(place, Endpoint):
        return visible_endpoints(person).filter(pk=place.pk).exists()
    return place is None or visible_hosts(person).filter(pk=place.pk).exists()


def everybody(users: Iterable[User] | None = None) -> list[User]:
    """Active people with their rights read in a fixed number of queries, however many they are."""
    listed = list(User.objects.filter(is_active=True) if users is None else users)
    grants = given(in_force(Grant.objects.order_by("pk")))
    places = Places(grants)
    teams: dict[int, set[int]] = {}
    for user_id, team_id in Membership.objects.order_by().values_list("user_id", "team_id"):
        teams.setdefault(user_id, set()).add(team_id)
    held = [(grant, held_through(grant, places)) for grant in grants]
    for user in listed:
        mine = [
            one
            for grant, one in held
            if grant.user_id == user.pk or grant.team_id in teams.get(user.pk, ())
        ]
        keep(user, mine, places.fleet)
    return listed


def givers(verb: str, place: Place | None, but: int | None = None) -> list[User]:
    """Active people who can give the verb there, by name: they decide on it, hold it everywhere and see
    the place. `but`: the number of whoever lacks it, for nobody gives to themselves.
    """
    # what is about the site comes with a role of one's own alone
    gives = {registry.PEOPLE_MANAGE.name}
    if not registry.is_site(verb):
        gives = {registry.ACCESS_EDIT.name, APPROVE}
    active = User.objects.filter(is_active=True, kind=User.Kind.PERSON)
    if but is not None:
        active = active.exclude(pk=but)
    people = active.select_related("role").order_by("name", "pk")
    able = [user for user in people if gives & user.role.verb_names()]
    return [
        user
        for user in everybody(able)
        if verb in measure(user) and sees(Person(user, who=_NOBODY), place)
    ]


def sees_people(reader: Person) -> bool:
    """True for whoever may know who there is."""
    return allows(reader, registry.ACCESS_VIEW.name) or allows(reader, registry.PEOPLE_MANAGE.name)


def nameable(reader: Person, users: list[User]) -> list[User]:
    """Those whose names the reader may know: all where they see people, else those of their own teams."""
    if sees_people(reader):
        return users
    teams = Membership.objects.filter(user=reader.user.pk).values("team")
    mates = set(Membership.objects.filter(team__in=teams).values_list("user", flat=True))
    return [user for user in users if user.pk in mates]


def _ways(rights: Rights, place: Place | None, thing: Thing | None) -> list[tuple[Held, bool]]:
    """What counts at the place or at a part of it: (held, only at a part of the host)."""
    ways: list[tuple[Held, bool]] = []
    here: set[int] = set()
    if isinstance(place, Host):
        here = {endpoint.pk for endpoint in place.endpoints.all()}
    for held in rights.held:
        if place is None:
            if held.endpoints is None:
                ways.append((held, False))
        elif isinstance(place, Endpoint):
            narrow = held.narrowing
            if held.at(place.pk) and (thing is None or narrow is None or narrow.fits(thing)):
                ways.append((held, False))
        elif held.hosts is None or place.pk in held.hosts:
            ways.append((held, False))
        elif held.endpoints and held.endpoints & here:
            ways.append((held, True))
    return ways


def _through(held: Held, grants: Mapping[int, Grant], own: Role, *, part: bool) -> Through:
    if held.grant is None:
        return Through(role=own.label)
    grant = grants.get(held.grant.pk)
    if grant is None:
        # taken since it was read
        return Through(role="", grant_id=held.grant.pk, part=part)
    return Through(
        role=grant.role.label,
        place=place_words(grant),
        team=str(grant.team) if grant.team else "",
        narrowed=held.narrowing.words if held.narrowing else "",
        until=grant.until,
        grant_id=grant.pk,
        reason=grant.reason,
        part=part,
    )


def place_words(grant: Grant) -> str:
    """ "group prod", "host web1", "" for everywhere; names are not translated."""
    for kind in ("group", "host", "endpoint"):
        if found := getattr(grant, kind):
            return f"{kind} {found}"
    return ""
