"""Manifest lists: one name for several images, one per platform. `name`: a name or a full id.

Never give a list's id to the calls of images.py. Some of them, removal too, act on the image for
the host's own platform instead (seen on 5.4.2).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hosts.podman.client import Podman
from hosts.podman.errors import Conflict, NotFound, ServerFault
from hosts.podman.paths import Params, path
from hosts.podman.registry_auth import Credential, auth_headers


async def exists(podman: Podman, name: str) -> bool:
    """Whether it is a manifest list. Podman answers 500 for an image that is none."""
    try:
        await podman.get(path("manifests", name, "exists"))
    except (NotFound, ServerFault, Conflict):
        return False
    return True


async def inspect(podman: Podman, name: str) -> dict[str, Any]:
    """`{"manifests": [{"digest", "size", "mediaType", "platform", "annotations"}]}`. NotFound."""
    return (await podman.get(path("manifests", name, "json"))).object()


async def create(podman: Podman, name: str, images: Sequence[str], *, all_images: bool) -> str:
    """Make a list of local images, maybe empty; its id. Raises Conflict where the name is taken."""
    params: Params = {"images": list(images), "all": all_images}
    answer = (await podman.call("POST", path("manifests", name), params=params)).object()
    return str(answer.get("Id") or "")


async def add(
    podman: Podman,
    name: str,
    images: Sequence[str],
    *,
    all_images: bool,
    credential: Credential | None = None,
    timeout_s: float = 120.0,
) -> None:
    """Add images of the host or of a registry. `all_images`: of a list, every image in it."""
    body = {"operation": "update", "images": list(images), "all": all_images}
    await _modify(podman, name, body, headers=auth_headers(credential), timeout_s=timeout_s)


async def drop(podman: Podman, name: str, digest: str) -> None:
    """Remove one image from the list."""
    await _modify(podman, name, {"operation": "remove", "images": [digest]})


async def annotate(
    podman: Podman,
    name: str,
    digest: str,
    *,
    os: str = "",
    arch: str = "",
    variant: str = "",
    notes: Mapping[str, str] | None = None,
) -> None:
    """Set the platform of an image in the list (empty parts stay), and annotations on it.

    Without a digest the annotations are the list's own (5.0 and later; older ones ignore them).
    """
    words = {"os": os, "arch": arch, "variant": variant}
    body: dict[str, Any] = {"operation": "annotate"} | {k: v for k, v in words.items() if v}
    if digest:
        body["images"] = [digest]
    if notes:
        # as a list: 4.x knows no other form
        said = [f"{name}={value}" for name, value in notes.items()]
        body["annotation" if digest else "index_annotation"] = said
    await _modify(podman, name, body)


async def remove(podman: Podman, name: str) -> tuple[list[str], list[str]]:
    """Take a name off; the last one takes the list along, not its images. (names off, ids deleted)"""
    report = (await podman.call("DELETE", path("manifests", name))).object()
    if errors := report.get("Errors"):
        raise ServerFault("; ".join(map(str, errors)))
    return list(report.get("Untagged") or []), list(report.get("Deleted") or [])


async def _modify(
    podman: Podman,
    name: str,
    body: dict[str, Any],
    *,
    headers: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
) -> None:
    answer = await podman.call(
        "PUT", path("manifests", name), body=body, headers=headers, timeout_s=timeout_s
    )
    # an answer below 400 can hold errors too
    if errors := answer.object().get("errors"):
        raise Conflict("; ".join(map(str, errors)), status=answer.status)
