"""The networks that a container is connected to, for settling: one inspect by full id."""

from collections.abc import Mapping
from typing import Any

from hosts.podman import Podman, containers


async def networks_of(podman: Podman, container_id: str) -> set[str]:
    """Their names. NotFound when the container is gone."""
    return on_networks(await containers.inspect(podman, container_id))


def on_networks(inspected: Mapping[str, Any]) -> set[str]:
    """The names of an inspected container's networks."""
    settings = inspected.get("NetworkSettings") or {}
    return set(settings.get("Networks") or {})
