"""Removes an image with all its names, without force, so that no container is removed too."""

from hosts.actions.images.names import split
from hosts.podman import Podman, images, manifests
from hosts.podman.errors import NotFound, PodmanError

# (names taken off, ids deleted)
Removed = tuple[list[str], list[str]]


async def remove_whole(podman: Podman, image_id: str) -> Removed:
    """Remove an image or manifest list. If it stays after all, it gets its names back. NotFound, Conflict
    where a container uses it.
    """
    if await manifests.exists(podman, image_id):
        return await _list(podman, image_id)
    names = list((await images.inspect(podman, image_id)).get("RepoTags") or [])
    try:
        # without force Podman refuses an id with several names
        for name in names[1:]:
            repository, tag = split(name)
            await images.untag(podman, image_id, repository=repository, name=tag)
        untagged, deleted = await images.remove(podman, image_id)
    except PodmanError as failed:
        if not failed.maybe_done:
            await _name_again(podman, image_id, names)
        raise
    if image_id not in deleted:
        await _name_again(podman, image_id, names)
    return [*names[1:], *untagged], deleted


async def _list(podman: Podman, list_id: str) -> Removed:
    """Remove a list name by name: an id with several names is refused."""
    found = [one for one in await images.list_images(podman) if one.get("Id") == list_id]
    if not found:
        raise NotFound("The manifest list is gone.")
    off: list[str] = []
    gone: list[str] = []
    for name in found[0].get("Names") or [list_id]:
        untagged, deleted = await manifests.remove(podman, name)
        off += untagged
        gone += deleted
    return off, gone


async def _name_again(podman: Podman, image_id: str, names: list[str]) -> None:
    for name in names:
        repository, tag = split(name)
        await images.tag(podman, image_id, repository=repository, name=tag)
