"""Quadlets: files from which systemd makes units that run containers. Read here only."""

from typing import Any

from hosts.podman.client import Podman
from hosts.podman.paths import path


async def list_quadlets(podman: Podman) -> list[dict[str, Any]]:
    """`[{"Name", "UnitName", "Path", "Status", "App"}]`. Unsupported before 5.8; ServerFault: no systemd."""
    return (await podman.get(path("quadlets", "json"))).objects()
