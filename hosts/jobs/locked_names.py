"""Names of locked images, by the host's own word: another image with such a name takes it away."""

from collections.abc import Iterable

from hosts.database_threads import in_thread
from hosts.guardrails import locks
from hosts.guardrails.kinds.matching import full_name
from hosts.models import Endpoint, ObjectLock
from hosts.podman import Podman, images


async def locked_name(
    podman: Podman, endpoint: Endpoint, names: Iterable[str]
) -> ObjectLock | None:
    """The lock of an image that has one of `names`. PodmanError."""
    wanted = {full_name(name) for name in names}
    if not wanted:
        return None
    found = await in_thread(locks.locks_at, endpoint)
    locked = [one for one in found if one.kind == "image"]
    if not locked:
        return None
    for row in await images.list_images(podman):
        has = {full_name(name) for name in row.get("Names") or []} & wanted
        for name in has:
            if lock := locks.lock_of(locked, "image", str(row.get("Id")), name):
                return lock
    return None
