"""Kube YAML: played, taken down, generated. Podman answers in one report when all is done."""

from collections.abc import Sequence
from typing import Any, Final

from hosts.podman.client import Podman
from hosts.podman.paths import Params, path

# pulls happen before: this is for creating, stopping and starting
PLAY_LIMIT_S: Final = 600.0


async def play(
    podman: Podman,
    document: bytes,
    *,
    start: bool = True,
    networks: Sequence[str] = (),
    more: Params | None = None,
) -> dict[str, Any]:
    """`{"Pods": [{"ID", "Containers", "ContainerErrors", …}], "Volumes", "Secrets"}`.

    Nothing is built: for a missing image Podman would look for a Containerfile in a folder of that
    name on the host. Podman 4.3 has no such switch, so images are pulled before. Names that are taken
    raise Conflict or ServerFault with Podman's words. Secrets of the same name are replaced. `more`: further
    parameters, as Podman spells them.
    """
    answer = await podman.call(
        "POST",
        path("play", "kube"),
        params={"start": start, "build": False, "network": list(networks) or None, **(more or {})},
        body=document,
        headers={"Content-Type": "text/plain"},
        timeout_s=PLAY_LIMIT_S,
    )
    return answer.object()


async def down(podman: Podman, document: bytes, *, volumes: bool = False) -> dict[str, Any]:
    """Stop and remove what the file names: `{"StopReport", "RmReport", "VolumeRmReport", …}`.

    `volumes`: also those of its claims (4.4 and later). A missing object is no error.
    """
    answer = await podman.call(
        "DELETE",
        path("play", "kube"),
        params={"force": True} if volumes else None,
        body=document,
        headers={"Content-Type": "text/plain"},
        timeout_s=PLAY_LIMIT_S,
    )
    return answer.object()


async def generate(podman: Podman, names: Sequence[str], *, service: bool = False) -> str:
    """YAML of containers (of one pod at most), pods or volumes, by id or name. NotFound."""
    params: Params = {"names": list(names), "service": service}
    answer = await podman.get(path("generate", "kube"), params=params)
    return answer.body.decode(errors="replace")
