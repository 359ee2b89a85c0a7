"""What a person may do where, and what they see. Lists, pages, streams and jobs use the same rules.

`rights` has what a person holds, and a token's scope limits it. A verb is held for everything at a place,
or by a narrowed grant for some containers. Then nothing else there is visible.
"""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from accounts import verbs as registry
from hosts.access.fleet import Ids
from hosts.access.narrowing import ContainerLike, Narrowing
from hosts.access.person import Person
from hosts.access.rights import HeldRole, rights_of, union
from hosts.cards import private_verbs
from hosts.models import Endpoint, Group, Host, InventoryRow, Job

Place = Endpoint | Host


def allows(
    person: Person, verb: str, place: Place | None = None, container: ContainerLike | None = None
) -> bool:
    """True when the person may do `verb` at `place`: with all of it, or with that `container`. Without
    a place: a verb about the site, or one held anywhere. That is enough to show a page, never to act.
    """
    if not _reaches(person, verb, place):
        return False
    rights = rights_of(person.user)
    if place is None:
        return verb in (rights.everywhere() if registry.is_site(verb) else rights.anywhere())
    if isinstance(place, Host):
        return verb in rights.verbs_on_host(place.pk)
    if verb in rights.verbs_at(place.pk):
        return True
    return container is not None and bool(rights.grounds(verb, place.pk, container))


def allows_somewhere_on(person: Person, verb: str, endpoint: Endpoint) -> bool:
    """True when the person may do it with at least one container there. For forms that offer places."""
    rights = rights_of(person.user)
    return _reaches(person, verb, endpoint) and any(
        verb in one.verbs and one.at(endpoint.pk) for one in rights.held
    )


def grounds(
    person: Person, verb: str, place: Place | None, container: ContainerLike | None = None
) -> HeldRole:
    """The widest role that allowed it. Call it only after `allows` said yes."""
    held = rights_of(person.user).held
    if isinstance(place, Endpoint):
        found = rights_of(person.user).grounds(verb, place.pk, container)
        return found[0] if found else held[0]
    return next((one for one in held if verb in one.verbs), held[0])


def verbs_at(
    person: Person, place: Place | None = None, container: ContainerLike | None = None
) -> frozenset[str]:
    """All verbs that `allows` permits there."""
    rights = rights_of(person.user)
    if place is None:
        site = frozenset(name for name in rights.anywhere() if registry.is_site(name))
        found = (rights.anywhere() - site) | (site & rights.everywhere())
    elif isinstance(place, Host):
        found = rights.verbs_on_host(place.pk)
    else:
        found = rights.verbs_at(place.pk)
        if container is not None:
            found = found.union(
                *(
                    one.verbs
                    for one in rights.narrowed
                    if one.at(place.pk) and one.narrowing and one.narrowing.fits(container)
                )
            )
    if person.scope is None:
        return found
    return frozenset(name for name in found if _reaches(person, name, place))


def _reaches(person: Person, verb: str, place: Place | None) -> bool:
    """False for a disabled person, and for a token that is not for this verb or place."""
    if not person.user.is_active:
        return False
    scope = person.scope
    if scope is None:
        return True
    if not scope.has(verb):
        return False
    if isinstance(place, Endpoint):
        return scope.endpoints is None or place.pk in scope.endpoints
    if place is None:
        # what is about the whole site is more than the places of a token
        return scope.hosts is None or not registry.is_site(verb)
    return scope.hosts is None or place.pk in scope.hosts


def _within_scope(
    ids: frozenset[int] | None, scope: frozenset[int] | None
) -> frozenset[int] | None:
    if ids is None:
        return scope
    return ids if scope is None else ids & scope


def endpoints_with(person: Person, verb: str) -> frozenset[int] | None:
    """Endpoints where the person may do `verb` with everything. None: everywhere."""
    if not _reaches(person, verb, None):
        return frozenset()
    found = rights_of(person.user).endpoints_with(verb)
    return _within_scope(found, person.scope.endpoints if person.scope else None)


def on_endpoints(person: Person, verb: str) -> Q:
    """Condition on rows with an `endpoint`, for endpoints where the person may do `verb` with everything."""
    return rights_of(person.user).fleet.condition(endpoints_with(person, verb))


def objects_with(person: Person, verb: str) -> Q:
    """Condition on inventory rows with which the person may do `verb`."""
    fleet = rights_of(person.user).fleet
    whole, some = fleet.condition(endpoints_with(person, verb)), _some_with(person, verb)
    # an empty Q means all rows, and "all or some" is all
    return whole | some if whole and some is not None else whole


def count_with(rows: QuerySet[Any], person: Person, verb: str) -> int:
    """How many of these inventory rows `objects_with` lets through. Asked in parts that an index can
    answer: 1 ms instead of 7 for 50,000 rows.
    """
    some = _some_with(person, verb)
    beside = rows.filter(some).count() if some is not None else 0
    return rights_of(person.user).fleet.count(rows, endpoints_with(person, verb)) + beside


def _some_with(person: Person, verb: str) -> Q | None:
    """Condition on containers of narrowed grants, where the verb is not held for everything. None: no such
    grant.
    """
    whole = endpoints_with(person, verb)
    if whole is None or not verb.startswith("container.") or not _reaches(person, verb, None):
        return None
    fleet = rights_of(person.user).fleet
    ways = [
        beside & narrowing.condition()
        for narrowing, ids in _narrowed_with(person, verb).items()
        # places that they see completely need no such condition
        if (beside := fleet.condition_without(ids, whole)) is not None
    ]
    return reduce(or_, ways) if ways else None


def _narrowed_with(person: Person, verb: str) -> dict[Narrowing, Ids]:
    """Where the person may do it with some containers, by narrowing."""
    places: dict[Narrowing, list[Ids]] = {}
    for one in rights_of(person.user).narrowed:
        if verb in one.verbs and one.narrowing is not None:
            places.setdefault(one.narrowing, []).append(one.endpoints)
    scope = person.scope.endpoints if person.scope else None
    return {narrowing: _within_scope(union(found), scope) for narrowing, found in places.items()}


def visible_objects(person: Person, kind: str) -> Q:
    """Condition on inventory rows of this kind that the person sees."""
    return objects_with(person, f"{kind}.view")


def is_visible(person: Person, row: InventoryRow) -> bool:
    """True when the person sees this row."""
    verb = f"{row._meta.model_name}.view"
    return allows(person, verb, row.endpoint, row if verb == "container.view" else None)


def _visible_places(person: Person) -> tuple[frozenset[int] | None, frozenset[int] | None]:
    """(endpoints, hosts) that the person sees. None: all. A narrowed grant shows the endpoints where it
    counts.
    """
    if not person.user.is_active or (person.scope and not person.scope.has("host.view")):
        return frozenset(), frozenset()
    rights = rights_of(person.user)
    endpoints, hosts = rights.endpoints_with("host.view"), rights.hosts_with("host.view")
    for one in rights.narrowed:
        if "container.view" in one.verbs and endpoints is not None:
            endpoints = None if one.endpoints is None else endpoints | one.endpoints
            hosts = None if one.hosts is None or hosts is None else hosts | one.hosts
    scope = person.scope
    return _within_scope(endpoints, scope.endpoints if scope else None), _within_scope(
        hosts, scope.hosts if scope else None
    )


def _ids(ids: frozenset[int] | None) -> Q:
    return Q() if ids is None else Q(endpoint_id__in=sorted(ids))


def visible_endpoints(person: Person) -> QuerySet[Endpoint]:
    """Endpoints that the person sees. For the objects on them: `visible_objects`."""
    endpoints, _hosts = _visible_places(person)
    found = Endpoint.objects.filter(enabled=True, host__enabled=True)
    if endpoints is None:
        return found
    return found.filter(pk__in=sorted(endpoints)) if endpoints else Endpoint.objects.none()


def visible_hosts(person: Person) -> QuerySet[Host]:
    """Hosts that the person sees, also disabled ones."""
    endpoints, hosts = _visible_places(person)
    if hosts is None:
        return Host.objects.all()
    if not hosts and not endpoints:
        return Host.objects.none()
    host_ids = Endpoint.objects.filter(pk__in=sorted(endpoints or ())).values("host_id")
    return Host.objects.filter(Q(pk__in=sorted(hosts)) | Q(pk__in=host_ids))


def visible_groups(person: Person) -> QuerySet[Group]:
    """Groups with a host that the person sees. All groups for people who see every host."""
    if _visible_places(person)[1] is None:
        return Group.objects.all()
    return Group.objects.filter(hosts__in=visible_hosts(person)).distinct()


def visible_jobs(person: Person) -> QuerySet[Job]:
    """The person's own jobs, and others' jobs on endpoints where they may see jobs."""
    if person.scope is None:
        mine: Q = Q(asked_by=person.user)
    else:
        mine = Q(asked_by=person.user) & _ids(person.scope.endpoints)
    endpoints = endpoints_with(person, "job.view")
    if endpoints is None:
        there = Q(endpoint=None) | Q(endpoint__in=visible_endpoints(person))
    else:
        there = _ids(endpoints)
    for verb in private_verbs():
        holds = endpoints_with(person, verb)
        if holds is not None:
            there &= ~Q(verb=verb) | _ids(holds)
    return Job.objects.filter(mine | there)


def sees_all_jobs(person: Person) -> bool:
    """True where everybody else of whom this is true sees the same jobs."""
    return all(endpoints_with(person, verb) is None for verb in ("job.view", *private_verbs()))


def visible_entries(person: Person) -> Q | None:
    """Condition on audit entries that the person may read. None: all."""
    endpoints = endpoints_with(person, "audit.read")
    if endpoints is None:
        return None
    if not _reaches(person, "audit.read", None):
        return Q(pk__in=())
    found = rights_of(person.user).hosts_with("audit.read")
    hosts = _within_scope(found, person.scope.hosts if person.scope else None)
    return _ids(endpoints) | Q(host_id__in=sorted(hosts or ()), endpoint_id__isnull=True)


def visibility_key(person: Person) -> str:
    """Two people with equal keys see the same rows and get the same verbs offered."""
    return f"{rights_of(person.user).key}{person.scope or ''}"


def still_allows(
    person: Person,
    verb: str,
    endpoint: Endpoint,
    grant_id: int | None,
    container: ContainerLike | None = None,
) -> bool:
    """True when a job may still start: what allowed it must still hold. `grant_id`: the narrowed grant that
    allowed it. `container`: the container as it is now, which may have another name.
    """
    if container is not None and not allows(person, verb, endpoint, container):
        return False
    return allows(person, verb, endpoint) or any(
        one.grant is not None
        and one.grant.pk == grant_id
        and verb in one.verbs
        and one.at(endpoint.pk)
        and _reaches(person, verb, endpoint)
        for one in rights_of(person.user).narrowed
    )
