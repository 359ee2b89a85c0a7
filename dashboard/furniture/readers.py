"""How an object of each kind is read on its host, for pages and the REST API."""

from collections.abc import Awaitable, Callable
from typing import Any

from hosts.podman import Podman, containers, images, manifests, networks, pods, secrets, volumes

Reader = Callable[[Podman, str], Awaitable[dict[str, Any]]]


async def _image(podman: Podman, image_id: str) -> dict[str, Any]:
    """All of an image; of a list the list itself, not the image for the host's platform."""
    if await manifests.exists(podman, image_id):
        return await manifests.inspect(podman, image_id)
    return await images.inspect(podman, image_id)


async def _volume(podman: Podman, name: str) -> dict[str, Any]:
    """Without passwords in its mount options."""
    found = await volumes.inspect(podman, name)
    return found | {"Options": volumes.mask_passwords(found.get("Options") or {})}


READERS: dict[str, Reader] = {
    "container": containers.inspect,
    "image": _image,
    "network": networks.inspect,
    "pod": pods.inspect,
    "secret": secrets.inspect,
    "volume": _volume,
}
