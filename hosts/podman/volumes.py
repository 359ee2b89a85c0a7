"""Volumes: one small function per call. A volume's name is its id."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any, Final, cast

from hosts.podman.client import Podman
from hosts.podman.containers import OWN_STOP_LIMIT_S
from hosts.podman.paths import Filters, path
from hosts.podman.shapes import VolumeItem

# in mount options: o=username=shop,password=…
_SECRET = re.compile(r"\b(pass|password|passwd|secret|credentials?|token)=[^,]+", re.IGNORECASE)
MASK: Final = "••••••"


def mask_passwords(options: Mapping[str, Any]) -> dict[str, str]:
    """Options with the passwords of network file systems hidden."""
    return {
        str(name): MASK
        if _SECRET.fullmatch(f"{name}={value}")
        else _SECRET.sub(rf"\1={MASK}", str(value))
        for name, value in options.items()
    }


async def list_volumes(podman: Podman, *, filters: Filters | None = None) -> list[VolumeItem]:
    """`volumes/json`. Filters: `name`, `label`, `dangling`, …"""
    answer = await podman.get(path("volumes", "json"), params={"filters": filters or None})
    return cast(list[VolumeItem], answer.objects())


async def inspect(podman: Podman, volume: str) -> dict[str, Any]:
    """All of a volume, its options unmasked (`mask_passwords`). Raises NotFound."""
    return (await podman.get(path("volumes", volume, "json"))).object()


async def create(
    podman: Podman,
    *,
    name: str = "",
    driver: str = "local",
    labels: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> VolumeItem:
    """Create; with an empty name Podman chooses one. Raises where the name is taken.

    `options` can mount any path of the host (`type=none,o=bind,device=/`): guard them first.
    """
    body = {
        "Name": name,
        "Driver": driver,
        "Labels": dict(labels or {}),
        "Options": dict(options or {}),
    }
    answer = await podman.call("POST", path("volumes", "create"), body=body)
    return cast(VolumeItem, answer.object())


async def remove(podman: Podman, volume: str, *, force: bool = False) -> None:
    """Remove; `force` also removes the containers that use it. Raises NotFound, Conflict."""
    await podman.call(
        "DELETE",
        path("volumes", volume),
        params={"force": force},
        timeout_s=OWN_STOP_LIMIT_S if force else None,
    )


async def export(podman: Podman, volume: str) -> AsyncGenerator[bytes, None]:
    """Its content as a tar, owners kept, as it comes. Raises NotFound; Unsupported before 5.6."""
    async with podman.stream("GET", path("volumes", volume, "export")) as pieces:
        async for piece in pieces:
            yield piece


async def import_tar(podman: Podman, volume: str, tar: AsyncIterator[bytes]) -> None:
    """Extract a tar into it (Podman's `import`). Raises NotFound; Unsupported before 5.6."""
    headers = {"Content-Type": "application/x-tar"}
    target = path("volumes", volume, "import")
    async with podman.stream("POST", target, body=tar, headers=headers) as answer:
        async for _ in answer:
            continue
