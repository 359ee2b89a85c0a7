"""Locks of objects that Podman removes too, as the host itself lists them.

The inventory lacks a container's anonymous volumes, and what was made just now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from asgiref.sync import sync_to_async

from hosts.guardrails import locks
from hosts.jobs.errand import NotAllowed
from hosts.models import Endpoint, ObjectLock
from hosts.podman import Podman, containers, volumes
from hosts.podman.errors import NotFound
from hosts.podman.shapes import ContainerListItem

_USING = {"volume": "volume", "network": "network"}


class Removal(Protocol):
    """What is to be removed where: an errand, or a client's request at the gate."""

    @property
    def endpoint(self) -> Endpoint: ...
    @property
    def podman(self) -> Podman: ...
    @property
    def kind(self) -> str: ...
    @property
    def object_id(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class OneRemoval:
    """As Removal says, for what is no errand."""

    endpoint: Endpoint
    podman: Podman
    kind: str
    object_id: str
    name: str


async def refuse_locked_dependents(errand: Removal, *, pods: Sequence[str] = ()) -> None:
    """NotAllowed if one is locked. `pods`: names of pods that go, if there are several."""
    found: list[ObjectLock] = await sync_to_async(locks.locks_at, thread_sensitive=False)(
        errand.endpoint
    )
    if not found:
        return
    everything = await containers.list_containers(errand.podman)
    removed = await _going(errand, everything, pods)
    named = _container_keys(removed)
    if errand.kind != "container":
        named |= _pods(removed)
    named |= await _volumes(errand.podman, removed, found)
    if locks.locked_among(found, named):
        raise NotAllowed(locks.hidden_lock_words())


async def _going(
    errand: Removal, everything: list[ContainerListItem], pods: Sequence[str]
) -> list[ContainerListItem]:
    if pods:
        return [one for one in everything if one.get("PodName") in pods]
    if errand.kind == "pod":
        return [one for one in everything if one.get("Pod") == errand.object_id]
    if errand.kind == "container":
        return [one for one in everything if one.get("Id") == errand.object_id]
    if errand.kind == "image":
        going = [one for one in everything if one.get("ImageID") == errand.object_id]
    else:
        filters = {_USING[errand.kind]: [errand.name]}
        try:
            using = await containers.list_containers(errand.podman, filters=filters)
        except NotFound:
            # it is gone already
            using = []
        ids = {one.get("Id") for one in using}
        going = [one for one in everything if one.get("Id") in ids]
    # an infra container is removed with its pod
    whole = {one.get("Pod") for one in going if one.get("IsInfra")}
    return [one for one in everything if one in going or (one.get("Pod") or "-") in whole]


def _container_keys(going: Iterable[ContainerListItem]) -> set[tuple[str, str]]:
    texts = ((one.get("Id"), *(one.get("Names") or [])) for one in going)
    return {("container", str(text)) for group in texts for text in group}


def _pods(going: Iterable[ContainerListItem]) -> set[tuple[str, str]]:
    texts = (str(one.get(key) or "") for one in going for key in ("Pod", "PodName"))
    return {("pod", text) for text in texts if text}


async def _volumes(
    podman: Podman, going: Iterable[ContainerListItem], found: Iterable[ObjectLock]
) -> set[tuple[str, str]]:
    """Locked anonymous volumes. They go with the containers that mount them."""
    locked = {one.name for one in found if one.kind == "volume"}
    if not locked:
        return set()
    mounted: set[str] = set()
    for one in going:
        try:
            inspected: dict[str, Any] = await containers.inspect(podman, str(one["Id"]))
        except NotFound:
            continue
        names = (mount.get("Name") for mount in inspected.get("Mounts") or [])
        mounted |= locked & {str(name) for name in names if name}
    anonymous = set()
    for name in mounted:
        try:
            if (await volumes.inspect(podman, name)).get("Anonymous"):
                anonymous.add(("volume", name))
        except NotFound:
            continue
    return anonymous
