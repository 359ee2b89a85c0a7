"""Fetch and authorise in one step. Refusals are written to the audit log here and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from audit import write
from audit.shapes import Target
from hosts.access.narrowing import Thing
from hosts.access.person import Denied, NotVisible, Person
from hosts.access.visible import (
    Place,
    allows,
    endpoints_with,
    is_visible,
    visible_endpoints,
    visible_hosts,
    visible_jobs,
)
from hosts.models import INVENTORY, Endpoint, Host, InventoryRow, Job

# of a key in the database
_MOST = 2**63 - 1
_AGAIN: ContextVar[bool] = ContextVar("asking again", default=False)


def target_of(
    endpoint: Endpoint, *, kind: str = "endpoint", object_id: str = "", name: str = ""
) -> Target:
    """The audit log's words for an object of `endpoint`, or for the endpoint itself."""
    return Target(
        kind=kind,
        id=object_id or str(endpoint.pk),
        name=name or str(endpoint),
        host_id=endpoint.host_id,
        host_name=endpoint.host.name,
        endpoint_id=endpoint.pk,
        endpoint_name=str(endpoint),
    )


def require(
    person: Person,
    verb: str,
    target: Target,
    place: Place | None = None,
    thing: Thing | None = None,
) -> None:
    """Raise Denied, with a refusal in the audit log, unless `person` may do `verb` (see `allows`)."""
    if not allows(person, verb, place, thing):
        if not _AGAIN.get():
            write.refusal(person.who, verb, target, reason=f"no role or grant gives {verb} here")
        raise Denied(verb, target)


@contextmanager
def asking_again() -> Iterator[None]:
    """For what is open already: Denied is raised, and its entry left to `write_withdrawn`, once what
    was open has ended. Its end must not wait until the log can be written.
    """
    token = _AGAIN.set(True)
    try:
        yield
    finally:
        _AGAIN.reset(token)


def write_withdrawn(person: Person, denied: Denied) -> None:
    """The entry of what ended because its right went."""
    if denied.target is not None:
        reason = "it was open, and ended with the right to it"
        write.refusal(person.who, denied.verb, denied.target, reason=reason)


def require_whole(person: Person, verb: str, target: Target) -> None:
    """As `require` without a place, for what is never about some containers alone: refused also to
    those who hold it by narrowed grants only.
    """
    require(person, verb, target)
    if endpoints_with(person, verb) == frozenset():
        write.refusal(person.who, verb, target, reason=f"{verb} is held for some containers only")
        raise Denied(verb, target)


def get_endpoint(
    person: Person, endpoint_id: int, verb: str, thing: Thing | None = None
) -> Endpoint:
    """The endpoint, if `person` sees it and may do `verb` there. NotVisible, Denied.
    `thing`: the container that is to be made there; a narrowed grant may permit that one.
    """
    found = find_endpoint(person, endpoint_id)
    require(person, verb, target_of(found), found, thing)
    return found


def find_endpoint(person: Person, endpoint_id: int) -> Endpoint:
    """The endpoint, if `person` sees it, be it for a single container. Permits nothing. NotVisible."""
    found = visible_endpoints(person).select_related("host", "login").filter(pk=endpoint_id).first()
    if found is None:
        raise NotVisible
    return found


def get_object(
    person: Person, kind: str, endpoint_id: int, podman_id: str, *, verb: str
) -> InventoryRow:
    """The mirrored object (also a gone one), if `person` sees it and may do `verb` with it."""
    model = INVENTORY[kind]
    if endpoint_id > _MOST or "\0" in podman_id:
        raise NotVisible
    found: InventoryRow | None = (
        model.objects.select_related("endpoint__host", "endpoint__login")
        .filter(
            endpoint__in=visible_endpoints(person), endpoint_id=endpoint_id, podman_id=podman_id
        )
        .first()
    )
    if found is None or not is_visible(person, found):
        raise NotVisible
    target = target_of(found.endpoint, kind=kind, object_id=podman_id, name=found.name)
    require(person, verb, target, found.endpoint, thing_of(found))
    return found


def thing_of(row: InventoryRow) -> Thing | None:
    """The row, if it is what narrowed grants are about: a container."""
    return row if row._meta.model_name == "container" else None


def get_host(person: Person, host_id: int, verb: str) -> Host:
    """The host, if `person` sees it and may do `verb` with all of it; `host.view` comes with seeing."""
    found = visible_hosts(person).filter(pk=host_id).first()
    if found is None:
        raise NotVisible
    target = Target(
        kind="host", id=str(found.pk), name=found.name, host_id=found.pk, host_name=found.name
    )
    if verb != "host.view":
        require(person, verb, target, found)
    return found


def get_job(person: Person, job_id: int) -> Job:
    """The job, if `person` sees it."""
    found = visible_jobs(person).select_related("endpoint__host", "batch").filter(pk=job_id).first()
    if found is None:
        raise NotVisible
    return found
