"""What answers look like: the inventory's rows as programs read them. Never what is sealed."""

from datetime import datetime
from typing import Any

from django.db.models import JSONField, QuerySet
from ninja import Schema
from ninja.orm import create_schema

from hosts import advisories, upgrade_to_6
from hosts.access import NotVisible
from hosts.models import Container, Image, Network, Pod, Secret, Unit, Volume
from hosts.models import Job as JobRow


class EndpointRef(Schema):
    """An endpoint: one Podman on a host."""

    id: int
    name: str
    host: str
    host_id: int


class AdvisoryOut(Schema):
    """A security advisory that the endpoint's versions leave open. `refused`: what Haulout refuses there
    for it, "" where nothing.
    """

    number: str
    component: str
    fixed_in: str
    breaks: str
    refused: str


class EndpointOut(EndpointRef):
    """An endpoint with its state. `podman_6_obstacles`: why it cannot be updated to Podman 6."""

    user: str
    rootless: bool
    state: str
    reason: str
    podman_version: str
    since: datetime
    advisories: list[AdvisoryOut]
    podman_6_obstacles: list[str]


class HostOut(Schema):
    """A host with its endpoints."""

    id: int
    name: str
    kind: str
    address: str
    enabled: bool
    groups: list[str]
    endpoints: list[EndpointOut]


class UpdateOut(Schema):
    """What the image's tag names at its registry. `state`: available, current, or unknown with the
    cause as `why`. `runs` and `offered`: digests, "" where not known.
    """

    state: str
    why: str
    runs: str
    offered: str
    asked_at: datetime | None
    answered_at: datetime | None


class GroupOut(Schema):
    """A named set of hosts that the token sees."""

    id: int
    name: str
    notes: str
    hosts: list[str]


class JobOut(Schema):
    """An action that runs in the background. `state`: queued, running, held, and then ok, failed,
    cancelled, denied or unknown.
    """

    id: int
    verb: str
    state: str
    ended: bool
    endpoint: str
    endpoint_id: int | None
    object_kind: str
    object_id: str
    object_name: str
    asked_by: str
    batch: int | None
    result: dict[str, Any]
    error: str
    cause: str
    progress: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class OneJobOut(JobOut):
    """A job with what it printed."""

    output: str


class BatchOut(Schema):
    """Several jobs of one request, and what was left out and why."""

    batch: int
    jobs: list[JobOut]
    skipped: list[dict[str, str]]


_COMMON = ("podman_id", "name", "labels", "created_at", "changed_at", "seen_at")
_OWN: dict[str, tuple[Any, tuple[str, ...]]] = {
    "container": (
        Container,
        (
            *("image", "image_id", "command", "state", "health", "started_at", "exited_at"),
            *("exit_code", "restarts", "ports", "mounts", "networks", "pod_id", "pod_name"),
            *("unit", "project"),
        ),
    ),
    "pod": (Pod, ("state", "containers", "networks")),
    "image": (
        Image,
        ("names", "image_digest", "size_bytes", "containers", "dangling", "manifest_list"),
    ),
    "volume": (Volume, ("driver", "mountpoint", "anonymous")),
    "network": (Network, ("driver", "interface", "subnets", "internal", "ipv6", "dns")),
    "secret": (Secret, ("driver", "updated_at")),
    "unit": (
        Unit,
        (
            *("state", "sub", "result", "exit_code", "exit_signal", "since", "restarts"),
            *("at_boot", "description", "source", "makes", "makes_name"),
        ),
    ),
}


def _shape(kind: str) -> type[Schema]:
    model, own = _OWN[kind]
    names = (*_COMMON, *own)
    # to Django Ninja all JSON is an object; here most is a list
    json = {
        name: list[Any] if model._meta.get_field(name).default is list else dict[str, Any]
        for name in names
        if isinstance(model._meta.get_field(name), JSONField)
    }
    return create_schema(
        model,
        name=kind.capitalize(),
        fields=[name for name in names if name not in json],
        custom_fields=[
            ("endpoint", EndpointRef, ...),
            *((name, given, ...) for name, given in json.items()),
        ],
    )


# kind to the schema of its objects
OBJECTS: dict[str, type[Schema]] = {kind: _shape(kind) for kind in _OWN}
PLURALS = {kind: f"{kind}s" for kind in OBJECTS}


def fields_of(shape: type[Schema], row: Any, **given: Any) -> dict[str, Any]:
    """A row as `shape` says it: its own attributes of those names, but for what is `given` here."""
    own = (name for name in shape.model_fields if name not in given)
    return {name: getattr(row, name) for name in own} | given


def visible_row(rows: QuerySet[Any], number: int) -> Any:
    """The one of this number. NotVisible."""
    row = rows.filter(pk=number).first()
    if row is None:
        raise NotVisible
    return row


def place(endpoint: Any) -> dict[str, Any]:
    """An endpoint as EndpointRef."""
    return {
        "id": endpoint.pk,
        "name": str(endpoint),
        "host": endpoint.host.name,
        "host_id": endpoint.host_id,
    }


def endpoint_out(endpoint: Any) -> dict[str, Any]:
    """An endpoint as EndpointOut."""
    open_advisories = [
        {name: str(getattr(one, name)) for name in AdvisoryOut.model_fields}
        for one in advisories.of_endpoint(endpoint)
    ]
    obstacles = [one.what for one in upgrade_to_6.obstacles(endpoint)]
    more = {"advisories": open_advisories, "podman_6_obstacles": obstacles}
    return fields_of(EndpointOut, endpoint, **place(endpoint), **more)


def host_out(host: Any, endpoints: list[Any]) -> dict[str, Any]:
    """A host as HostOut, with those of its endpoints that are seen."""
    groups = sorted(group.name for group in host.groups.all())
    return fields_of(
        HostOut, host, groups=groups, endpoints=[endpoint_out(one) for one in endpoints]
    )


def group_out(group: Any, seen: set[int]) -> dict[str, Any]:
    """A group as GroupOut, with those of its hosts that are `seen` (numbers)."""
    hosts = sorted(host.name for host in group.hosts.all() if host.pk in seen)
    return fields_of(GroupOut, group, hosts=hosts)


def job_out(job: Any) -> dict[str, Any]:
    """A job as JobOut."""
    return fields_of(
        JobOut,
        job,
        ended=job.state not in JobRow.OPEN,
        endpoint=job.endpoint_name,
        asked_by=job.asked_by_name,
        batch=job.batch_id,
    )


def one_job_out(job: Any) -> dict[str, Any]:
    """A job as OneJobOut."""
    return job_out(job) | {"output": job.output}


def batch_out(batch: Any) -> dict[str, Any]:
    """A batch as BatchOut."""
    jobs = [job_out(job) for job in batch.jobs.order_by("pk")]
    return {"batch": batch.pk, "jobs": jobs, "skipped": batch.skipped}


def object_out(kind: str, row: Any) -> dict[str, Any]:
    """An object of the inventory as OBJECTS[kind]."""
    names = (*_COMMON, *_OWN[kind][1])
    return {name: getattr(row, name) for name in names} | {"endpoint": place(row.endpoint)}
