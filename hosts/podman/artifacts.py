"""OCI artifacts, which Podman keeps since 5.6: files under a name, as images are. Read here only."""

from typing import Any

from hosts.podman.client import Podman
from hosts.podman.paths import path


async def list_artifacts(podman: Podman) -> list[dict[str, Any]]:
    """`[{"Name", "Manifest": {"artifactType", "annotations", "layers": [{"size", "mediaType",
    "annotations": {"org.opencontainers.image.title"}}]}}]`. Raises Unsupported before 5.6.
    """
    return (await podman.get(path("artifacts", "json"))).objects()
