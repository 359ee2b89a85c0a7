"""Explains why a person may do something or not: every verb at a place, and what gives it.

It asks the same `rights` that authorise requests, so the two cannot differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from accounts import verbs as registry
from accounts.grant_source import verbs_everywhere
from accounts.models import Membership, Role, User
from accounts.verbs import Verb
from audit.shapes import Who
from hosts.access.grant_rows import GrantPlaces, grant_rows, grants_with_names, in_force
from hosts.access.narrowing import ContainerLike
from hosts.access.person import Person
from hosts.access.requests import APPROVE
from hosts.access.rights import HeldRole, Rights, held_through, keep_rights, rights_of
from hosts.access.visible import (
    Place,
    allows,
    is_visible,
    verbs_at,
    visible_endpoints,
    visible_hosts,
)
from hosts.models import Endpoint, Grant, Host, InventoryRow

# a placeholder: only the person's rights are read
_NOBODY = Who(name="")


@dataclass(frozen=True, slots=True)
class VerbSource:
    """A role or grant that gives a verb. Without `grant_id` it is the person's own role. `role` is the
    label for people. `narrowed`: only for these containers. `part`: only on some of the host's endpoints.
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
class VerbAnswer:
    """Whether a person may do a verb at a place. `cut`: their token does not permit it. `through` can have
    entries while `allowed` is False: they give the verb for some containers, or on a part of the host.
    """

    verb: Verb
    allowed: bool
    through: tuple[VerbSource, ...] = ()
    cut: bool = False

    @property
    def some(self) -> bool:
        """True when the person may do it for a part of the place."""
        return bool(self.through) and not self.allowed and not self.cut


def explain(
    person: Person,
    place: Place | None,
    row: InventoryRow | None = None,
    grants: Mapping[int, Grant] | None = None,
) -> list[VerbAnswer]:
    """An answer for every verb that has a meaning at the place, by group. `row`: an object on the endpoint.
    No place: the verbs about the site. `grants`: the result of `grants_with_names`, for callers that
    explain many people.
    """
    container = row if row is not None and row._meta.model_name == "container" else None
    rights = rights_of(person.user)
    if grants is None:
        grants = grants_with_names(held.grant.pk for held in rights.held if held.grant)
    may = verbs_at(person, place, container)
    uncut = may if person.scope is None else verbs_at(replace(person, scope=None), place, container)
    ways = [
        (held.verbs, _source(held, grants, person.user.role, part=part))
        for held, part in _counting_roles(rights, place, container)
    ]
    return [
        VerbAnswer(
            verb,
            verb.name in may,
            tuple(through for verbs, through in ways if verb.name in verbs),
            verb.name in uncut - may,
        )
        for verb in verbs_about(place, row)
    ]


def verbs_about(place: Place | None, row: InventoryRow | None = None) -> list[Verb]:
    """The verbs that have a meaning there: about the site, about a place, or about one kind of object."""
    if place is None:
        return [verb for verb in registry.all_verbs() if verb.site]
    found = [verb for verb in registry.all_verbs() if not verb.site]
    if row is None:
        return found
    kind = row._meta.model_name
    return [verb for verb in found if verb.name.partition(".")[0] == kind]


def sees(person: Person, place: Place | None, row: InventoryRow | None = None) -> bool:
    """True when the person can see the place, or the object on it."""
    if row is not None:
        return is_visible(person, row) and sees(person, row.endpoint)
    if isinstance(place, Endpoint):
        return visible_endpoints(person).filter(pk=place.pk).exists()
    return place is None or visible_hosts(person).filter(pk=place.pk).exists()


def everybody(users: Iterable[User] | None = None) -> list[User]:
    """Active people with their rights loaded, in a fixed number of queries."""
    listed = list(User.objects.filter(is_active=True) if users is None else users)
    grants = grant_rows(in_force(Grant.objects.order_by("pk")))
    places = GrantPlaces(grants)
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
        keep_rights(user, mine, places.fleet)
    return listed


def givers(verb: str, place: Place | None, but: int | None = None) -> list[User]:
    """Active people who can give the verb there, by name. They decide on it, hold it everywhere and see the
    place. `but`: the id of the person who lacks it, since nobody gives to themselves.
    """
    # verbs about the site come only from one's own role
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
        if verb in verbs_everywhere(user) and sees(Person(user, who=_NOBODY), place)
    ]


def sees_people(reader: Person) -> bool:
    """True for readers who may see the list of people."""
    return allows(reader, registry.ACCESS_VIEW.name) or allows(reader, registry.PEOPLE_MANAGE.name)


def nameable(reader: Person, users: list[User]) -> list[User]:
    """The users whose names the reader may see: all, or only members of their own teams."""
    if sees_people(reader):
        return users
    teams = Membership.objects.filter(user=reader.user.pk).values("team")
    mates = set(Membership.objects.filter(team__in=teams).values_list("user", flat=True))
    return [user for user in users if user.pk in mates]


def _counting_roles(
    rights: Rights, place: Place | None, container: ContainerLike | None
) -> list[tuple[HeldRole, bool]]:
    """Roles and grants that count at the place, as (role, True if only on a part of the host)."""
    ways: list[tuple[HeldRole, bool]] = []
    here: set[int] = set()
    if isinstance(place, Host):
        here = {endpoint.pk for endpoint in place.endpoints.all()}
    for held in rights.held:
        if place is None:
            if held.endpoints is None:
                ways.append((held, False))
        elif isinstance(place, Endpoint):
            narrow = held.narrowing
            if held.at(place.pk) and (
                container is None or narrow is None or narrow.fits(container)
            ):
                ways.append((held, False))
        elif held.hosts is None or place.pk in held.hosts:
            ways.append((held, False))
        elif held.endpoints and held.endpoints & here:
            ways.append((held, True))
    return ways


def _source(held: HeldRole, grants: Mapping[int, Grant], own: Role, *, part: bool) -> VerbSource:
    if held.grant is None:
        return VerbSource(role=own.label)
    grant = grants.get(held.grant.pk)
    if grant is None:
        # deleted since it was read
        return VerbSource(role="", grant_id=held.grant.pk, part=part)
    return VerbSource(
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
    """ "group prod", "host web1", or "" for everywhere. Not translated."""
    for kind in ("group", "host", "endpoint"):
        if found := getattr(grant, kind):
            return f"{kind} {found}"
    return ""
