"""Images: one small function per call. `image` is an id or a full reference."""

from typing import Any, cast

from hosts.podman.client import Podman
from hosts.podman.errors import Conflict, NotFound, ServerFault
from hosts.podman.paths import Filters, path
from hosts.podman.shapes import ImageListItem


async def list_images(
    podman: Podman,
    *,
    all: bool = False,  # noqa: A002 - Podman's own word
    filters: Filters | None = None,
) -> list[ImageListItem]:
    """`images/json`; with `all` also the layers between. Filters: `id`, `reference`, `dangling`…"""
    params = {"all": all, "filters": filters or None}
    answer = await podman.get(path("images", "json"), params=params)
    return cast(list[ImageListItem], answer.objects())


async def inspect(podman: Podman, image: str) -> dict[str, Any]:
    """All of an image. Raises NotFound."""
    return (await podman.get(path("images", image, "json"))).object()


async def exists(podman: Podman, image: str) -> bool:
    """Whether the host has it."""
    try:
        await podman.get(path("images", image, "exists"))
    except NotFound:
        return False
    return True


async def remove(
    podman: Podman, image: str, *, force: bool = False, timeout_s: float = 120.0
) -> tuple[list[str], list[str]]:
    """Take a name off; the last one takes the image along. Returns (names taken off, ids deleted).

    `force` also removes containers that use it. Raises NotFound; Conflict where it is in use.
    """
    answer = await podman.call(
        "DELETE", path("images", image), params={"force": force}, timeout_s=timeout_s
    )
    report = answer.object()
    if errors := report.get("Errors"):
        kind = Conflict if report.get("ExitCode") == 2 else ServerFault
        raise kind("; ".join(map(str, errors)), status=answer.status)
    return list(report.get("Untagged") or []), list(report.get("Deleted") or [])


async def history(podman: Podman, image: str) -> list[dict[str, Any]]:
    """Newest first: `{"Id", "Created", "CreatedBy", "Size", "Comment", "Tags"}`."""
    return (await podman.get(path("images", image, "history"))).objects()


async def tree(podman: Podman, image: str) -> str:
    """Its layers as lines, each with the names of images that end there."""
    answer = (await podman.get(path("images", image, "tree"))).object()
    return str(answer.get("Tree") or "")


async def changes(podman: Podman, image: str) -> list[dict[str, Any]]:
    """Changes by its newest layer: `[{"Path", "Kind": 0 changed, 1 added, 2 removed}]`.

    Podman reads the whole layer: slow where it is large. No such image: ServerFault (500, up to 5.8).
    """
    return (await podman.get(path("images", image, "changes"), timeout_s=60.0)).objects()


async def tag(podman: Podman, image: str, *, repository: str, name: str) -> None:
    """Give it the further name `repository:name`."""
    params = {"repo": repository, "tag": name}
    await podman.call("POST", path("images", image, "tag"), params=params)


async def untag(podman: Podman, image: str, *, repository: str, name: str) -> None:
    """Take one name off; the image stays."""
    params = {"repo": repository, "tag": name}
    await podman.call("POST", path("images", image, "untag"), params=params)
