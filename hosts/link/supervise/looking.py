"""Listing objects of one endpoint and handing them to its mirror."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from hosts.inventory import Batch, Changes, Mirror
from hosts.link.supervise.writer import Database
from hosts.podman import Podman, containers, images, networks, pods, volumes

_LISTS: Final[dict[str, Callable[[Podman], Awaitable[Any]]]] = {
    "container": containers.list_containers,
    "pod": pods.list_pods,
    "image": images.list_images,
    "volume": volumes.list_volumes,
    "network": networks.list_networks,
}


async def look(
    kind: str, ids: list[str] | None, *, podman: Podman, mirror: Mirror, database: Database
) -> tuple[Changes, Any]:
    """List all of a kind, or containers by id, and write what changed; the changes and the list.

    Raises PodmanError; LeaseLost and what else a write raises.
    """
    began = time.monotonic()
    if ids is None:
        listed = await _LISTS[kind](podman)
    else:
        listed = await containers.list_containers(podman, filters={"id": ids})

    def step(batch: Batch) -> Changes:
        if ids is None:
            return mirror.compare(batch, kind, listed=listed, began=began)
        return mirror.apply(batch, kind, ids=ids, listed=listed, began=began)

    return await database.write(step), listed
