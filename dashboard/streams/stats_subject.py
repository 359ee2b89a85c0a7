"""Whose statistics: a container, a pod or a host, fetched and authorised in one step.

A subject is named `container:ENDPOINT:ID`, `pod:ENDPOINT:ID` or `host:ID`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from hosts.access import NotVisible, Person, get_host, get_object, require, visible_endpoints
from hosts.access.fetch import target_of
from hosts.models import Container, Endpoint, InventoryRow

VERB: Final = "container.stats"
MOST_SUBJECTS: Final = 10


@dataclass(frozen=True, slots=True)
class StatsSubject:
    """What a chart draws as one line. `members`: by endpoint, the ids of the summed containers;
    None for all there.
    """

    name: str
    word: str
    place: str
    url: str
    endpoints: tuple[Endpoint, ...]
    members: dict[int, frozenset[str] | None]

    @property
    def is_host(self) -> bool:
        """All of a machine's endpoints."""
        return self.name.startswith("host:")

    @property
    def is_pod(self) -> bool:
        """Its containers share one network."""
        return self.name.startswith("pod:")


def subject(person: Person, name: str) -> StatsSubject:
    """The subject of this name, if `person` may see its statistics. NotVisible, Denied."""
    kind, _, rest = name.partition(":")
    endpoint, _, podman_id = rest.partition(":")
    if kind == "host" and rest.isdecimal() and len(rest) < 19:
        return host_subject(person, int(rest))
    if kind in ("container", "pod") and endpoint.isdecimal() and len(endpoint) < 19 and podman_id:
        if kind == "pod":
            return pod_subject(person, int(endpoint), podman_id)
        return container_subject(
            get_object(person, "container", int(endpoint), podman_id, verb=VERB)
        )
    raise NotVisible


def subjects(person: Person, names: Iterable[str]) -> list[StatsSubject]:
    """Several, each once, in their order; at most MOST_SUBJECTS. NotVisible, Denied."""
    return [subject(person, name) for name in list(dict.fromkeys(names))[:MOST_SUBJECTS]]


def container_subject(row: InventoryRow) -> StatsSubject:
    """Of a container's row that was fetched with VERB."""
    return StatsSubject(
        f"container:{row.endpoint_id}:{row.podman_id}",
        row.name or row.podman_id[:12],
        str(row.endpoint),
        reverse("stats:container", args=[row.endpoint_id, row.podman_id]),
        (row.endpoint,),
        {row.endpoint_id: frozenset({row.podman_id})},
    )


def pod_subject(person: Person, endpoint_id: int, podman_id: str) -> StatsSubject:
    """The sum of a pod's containers. NotVisible, Denied."""
    row = get_object(person, "pod", endpoint_id, podman_id, verb="pod.view")
    target = target_of(row.endpoint, kind="pod", object_id=podman_id, name=row.name)
    require(person, VERB, target, row.endpoint)
    inside = Container.objects.filter(endpoint_id=endpoint_id, pod_id=podman_id)
    return StatsSubject(
        f"pod:{endpoint_id}:{podman_id}",
        row.name,
        str(row.endpoint),
        reverse("pods:stats", args=[endpoint_id, podman_id]),
        (row.endpoint,),
        {endpoint_id: frozenset(inside.values_list("podman_id", flat=True))},
    )


def host_subject(person: Person, host_id: int) -> StatsSubject:
    """The sum of all containers of a host's endpoints. NotVisible, Denied."""
    row = get_host(person, host_id, "host.view")
    endpoints = tuple(visible_endpoints(person).filter(host_id=host_id).order_by("rootless", "pk"))
    for endpoint in endpoints:
        endpoint.host = row
        require(person, VERB, target_of(endpoint), endpoint)
    return StatsSubject(
        f"host:{host_id}",
        row.name,
        "",
        reverse("stats:host", args=[host_id]),
        endpoints,
        {endpoint.pk: None for endpoint in endpoints},
    )
