"""What a prune would remove, as the host lists it now: the candidates of each kind, by Podman's own rules."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hosts.actions.images import prune_images
from hosts.actions.prune_plan import Look, PlanItem, Remove
from hosts.actions.system import prune_containers, prune_networks, prune_pods, prune_volumes
from hosts.inventory.bounds import integer, moment, text, texts
from hosts.podman import Podman, containers, images, networks, pods, system, volumes

_LABELS: Final = frozenset({"label", "label!", "until"})
# libpod/runtime_ctr.go, PruneContainers
_CONTAINERS_AT_REST: Final = ("created", "configured", "initialized", "exited", "stopped")
# ids in one request, whose head has a bound
_MOST_NAMED: Final = 100
_PODS_AT_REST: Final = ("exited", "stopped")


@dataclass(frozen=True, slots=True)
class Asked:
    """`all_of_them`: named images too. `nameless`: of volumes only those without a name of their own."""

    filters: dict[str, list[str]]
    all_of_them: bool = False
    nameless: bool = False

    def some(self, known: frozenset[str]) -> dict[str, list[str]]:
        """The filters that a kind knows."""
        return {name: values for name, values in self.filters.items() if name in known}


@dataclass(frozen=True, slots=True)
class Candidate:
    """`row`: of the host's list, by which a narrowed grant may permit it."""

    item: PlanItem
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Prunable:
    """A kind of objects. `filters`: that its prune knows. `rounds`: the removal of some frees others."""

    kind: str
    filters: frozenset[str]
    candidates: Callable[[Podman, Asked], Awaitable[list[Candidate]]]
    look: Look
    remove: Remove
    rounds: bool = False

    @property
    def verb(self) -> str:
        return f"{self.kind}.prune"


async def _containers(podman: Podman, asked: Asked) -> list[Candidate]:
    rows = await containers.list_containers(podman, filters=asked.some(_LABELS))
    resting = [
        row
        for row in rows
        if text(row.get("State"), limit=20).lower() in _CONTAINERS_AT_REST and not row.get("Pod")
    ]
    ids = [text(row.get("Id"), limit=80) for row in resting]
    if not ids:
        return []
    some = {"id": ids} if len(ids) <= _MOST_NAMED else None
    sized = await containers.list_containers(podman, filters=some, size=True)
    sizes = {row.get("Id"): row.get("Size") or {} for row in sized}
    return [
        Candidate(_item(own, _first(row.get("Names")), sizes.get(own, {}).get("rwSize")), row)
        for own, row in zip(ids, resting, strict=True)
    ]


async def _images(podman: Podman, asked: Asked) -> list[Candidate]:
    filters = asked.some(_IMAGE_FILTERS)
    if not asked.all_of_them:
        filters["dangling"] = ["true"]
    rows = await images.list_images(podman, filters=filters)
    return [
        Candidate(
            _item(text(row.get("Id"), limit=80), _first(row.get("Names")), row.get("Size")), row
        )
        for row in rows
        if not row.get("Containers") and not row.get("ReadOnly")
    ]


_IMAGE_FILTERS: Final = _LABELS | {"after", "before", "id", "reference", "since"}


async def _volumes(podman: Podman, asked: Asked) -> list[Candidate]:
    filters = {**asked.some(_LABELS), "dangling": ["true"]}
    rows = await volumes.list_volumes(podman, filters=filters)
    rows = [row for row in rows if row.get("Anonymous") or not asked.nameless]
    sizes: dict[Any, Any] = {}
    if rows:
        told = (await system.df(podman)).get("Volumes")
        listed = told if isinstance(told, list) else []
        sizes = {one.get("VolumeName"): one.get("Size") for one in listed if isinstance(one, dict)}
    found = []
    for row in rows:
        name, made = text(row.get("Name"), limit=255), moment(row.get("CreatedAt"))
        created = made.isoformat() if made else ""
        found.append(Candidate(_item(name, name, sizes.get(name), created), row))
    return found


async def _networks(podman: Podman, asked: Asked) -> list[Candidate]:
    filters = {**asked.some(_LABELS), "dangling": ["true"]}
    rows = await networks.list_networks(podman, filters=filters)
    return [
        Candidate(_item(text(row.get("id"), limit=80), text(row.get("name"), limit=255)), row)
        for row in rows
        if row.get("name") != prune_networks.DEFAULT
    ]


async def _pods(podman: Podman, asked: Asked) -> list[Candidate]:
    rows = await pods.list_pods(podman, filters=asked.some(_LABELS))
    return [
        Candidate(_item(text(row.get("Id"), limit=80), text(row.get("Name"), limit=255)), row)
        for row in rows
        if text(row.get("Status"), limit=20).lower() in _PODS_AT_REST
    ]


def _item(own_id: str, name: str, size: Any = None, created: str = "") -> PlanItem:
    return PlanItem(own_id, name or own_id[:12], max(0, integer(size)), created)


def _first(names: Any) -> str:
    return next(iter(texts(names, count=1, limit=255)), "")


CONTAINERS: Final = Prunable(
    "container", _LABELS, _containers, prune_containers.look, prune_containers.remove
)
IMAGES: Final = Prunable(
    "image",
    _IMAGE_FILTERS | {"dangling"},
    _images,
    prune_images.look,
    prune_images.remove,
    rounds=True,
)
VOLUMES: Final = Prunable(
    "volume", _LABELS | {"all", "anonymous"}, _volumes, prune_volumes.look, prune_volumes.remove
)
NETWORKS: Final = Prunable(
    "network", _LABELS, _networks, prune_networks.look, prune_networks.remove
)
PODS: Final = Prunable("pod", frozenset(), _pods, prune_pods.look, prune_pods.remove)
