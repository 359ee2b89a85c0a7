"""Which networks a container is on, for settling: one look by full id."""

from typing import Any

from hosts.podman import Podman, containers


async def networks_of(podman: Podman, container_id: str) -> dict[str, Any]:
    """Podman's `NetworkSettings.Networks`: name to addresses. NotFound when the container is gone."""
    found = await containers.inspect(podman, container_id)
    settings = found.get("NetworkSettings") or {}
    networks: dict[str, Any] = settings.get("Networks") or {}
    return networks
