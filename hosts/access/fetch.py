"""Fetches objects and authorises the person in one step. Refusals are logged here and nowhere else."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from audit import write
from audit.shapes import Target
from hosts.access.narrowing import ContainerLike, NewContainer
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


@dataclass(frozen=True, slots=True)
class HostObject:
    """An object as the host describes it. `podman_id`: as in the inventory."""

    kind: str
    podman_id: str
    name: str
    labels: Mapping[str, Any] = field(default_factory=dict)

    @property
    def container(self) -> ContainerLike | None:
        """The object if narrowed grants can be about it."""
        return NewContainer(self.name, self.labels) if self.kind == "container" else None


# the largest key in the database
_MOST = 2**63 - 1
_AGAIN: ContextVar[bool] = ContextVar("asking again", default=False)


def target_of(
    endpoint: Endpoint, *, kind: str = "endpoint", object_id: str = "", name: str = ""
) -> Target:
    """The audit target of an object on `endpoint`, or of the endpoint itself."""
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
    container: ContainerLike | None = None,
) -> None:
    """Raise Denied and write a refusal to the audit log, unless `allows` says yes."""
    if not allows(person, verb, place, container):
        if not _AGAIN.get():
            write.refusal(person.who, verb, target, reason=f"no role or grant gives {verb} here")
        raise Denied(verb, target)


@contextmanager
def defer_refusal_entry() -> Iterator[None]:
    """Within the block, Denied is raised without an entry in the log. For streams that are open already:
    they end at once, and `write_withdrawn` writes the entry later.
    """
    token = _AGAIN.set(True)
    try:
        yield
    finally:
        _AGAIN.reset(token)


def write_withdrawn(person: Person, denied: Denied) -> None:
    """Write the refusal of a stream that ended because its right was withdrawn."""
    if denied.target is not None:
        reason = "it was open, and ended with the right to it"
        write.refusal(person.who, denied.verb, denied.target, reason=reason)


def require_whole(person: Person, verb: str, target: Target) -> None:
    """As `require` without a place, but also refused to people who hold the verb only by narrowed grants."""
    require(person, verb, target)
    if endpoints_with(person, verb) == frozenset():
        write.refusal(person.who, verb, target, reason=f"{verb} is held for some containers only")
        raise Denied(verb, target)


def get_endpoint(
    person: Person, endpoint_id: int, verb: str, container: ContainerLike | None = None
) -> Endpoint:
    """The endpoint, if the person sees it and may do `verb` there. NotVisible, Denied. `container`: the
    container to be made there, which a narrowed grant may permit.
    """
    found = find_endpoint(person, endpoint_id)
    require(person, verb, target_of(found), found, container)
    return found


def find_endpoint(person: Person, endpoint_id: int) -> Endpoint:
    """The endpoint, if the person sees it or a single container on it. Authorises nothing. NotVisible."""
    found = visible_endpoints(person).select_related("host", "login").filter(pk=endpoint_id).first()
    if found is None:
        raise NotVisible
    return found


def get_object(
    person: Person, kind: str, endpoint_id: int, podman_id: str, *, verb: str
) -> InventoryRow:
    """The object in the inventory, if the person sees it and may do `verb` with it. A removed object counts
    too. NotVisible, Denied.
    """
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
    require(person, verb, target, found.endpoint, as_container(found))
    return found


def get_host_object(person: Person, endpoint_id: int, found: HostObject, *verbs: str) -> Endpoint:
    """The endpoint of an object that the host itself has just described: the inventory may not have it yet.

    NotVisible where `person` does not see the object, Denied where they lack one of `verbs` for it.
    """
    endpoint = find_endpoint(person, endpoint_id)
    require_host_object(person, endpoint, found, *verbs)
    return endpoint


def require_host_object(person: Person, endpoint: Endpoint, found: HostObject, *verbs: str) -> None:
    """As `get_host_object`, at an endpoint that `find_endpoint` has just given."""
    if not sees_host_object(person, endpoint, found):
        raise NotVisible
    target = target_of(endpoint, kind=found.kind, object_id=found.podman_id, name=found.name)
    for verb in verbs:
        require(person, verb, target, endpoint, found.container)


def sees_host_object(person: Person, endpoint: Endpoint, found: HostObject) -> bool:
    """As `is_visible`, for an object that the host itself described."""
    # artifacts are in no inventory, and are seen with their host
    verb = "host.view" if found.kind == "artifact" else f"{found.kind}.view"
    return allows(person, verb, endpoint, found.container)


def as_container(row: InventoryRow) -> ContainerLike | None:
    """The row if it is a container, else None. Only containers can be meant by narrowed grants."""
    return row if row._meta.model_name == "container" else None


def get_host(person: Person, host_id: int, verb: str) -> Host:
    """The host, if the person sees it and may do `verb` with all of it. `host.view` needs seeing only."""
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
    """The job, if the person sees it. NotVisible."""
    found = visible_jobs(person).select_related("endpoint__host", "batch").filter(pk=job_id).first()
    if found is None:
        raise NotVisible
    return found
