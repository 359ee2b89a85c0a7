"""Images as archives: saved, loaded, imported, piece by piece at the pace of the slower side."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final

from hosts.podman.client import Podman, as_object, decode
from hosts.podman.errors import AnswerTooLarge, Malformed
from hosts.podman.paths import Params, path
from hosts.podman.tar_judge import of_images

FORMATS: Final = ("docker-archive", "oci-archive")
_ANSWER_LIMIT_BYTES: Final = 1024 * 1024
_TAR: Final = {"Content-Type": "application/x-tar"}


def keeping_format(inspected: dict[str, Any]) -> str:
    """The archive format in which an image keeps its id.

    Conversion between the kinds of manifests writes another configuration (seen on 5.4.2).
    """
    kind = str(inspected.get("ManifestType") or "")
    return "oci-archive" if ".oci." in kind else "docker-archive"


async def save(podman: Podman, images: Sequence[str], *, form: str) -> AsyncGenerator[bytes, None]:
    """The archive of one image or more (several: docker-archive only).

    An image named by its id is saved without its names. Raises NotFound before the first piece.
    """
    params: Params = {"format": form}
    target = path("images", "export")
    if len(images) == 1:
        target = path("images", images[0], "get")
    else:
        params = {"format": form, "references": list(images)}
    async with podman.stream("GET", target, params=params) as pieces:
        async for piece in pieces:
            yield piece


async def load(
    podman: Podman, tar: AsyncIterator[bytes], *, heed: Callable[[list[str]], Awaitable[None]]
) -> list[str]:
    """Load the images of a plain archive; their names, or `sha256:` ids of those without one.

    Podman writes the archive to its disk first, and takes all of it or nothing. `heed` gets the names
    in it; what it raises stops the load. Raises ArchiveRefused for an archive that could write
    outside itself there.
    """
    judge = of_images()
    judged = judge.checked(tar, lambda: heed(judge.names))
    answer = as_object(await _sent(podman, path("images", "load"), judged, None))
    return [str(name) for name in answer.get("Names") or []]


async def import_tar(
    podman: Podman, tar: AsyncIterator[bytes], *, reference: str, message: str, changes: list[str]
) -> str:
    """Make an image of one layer from a file system's tar; its id.

    `changes`: lines as in a Dockerfile, such as `CMD ["sh"]`.
    """
    params: Params = {"reference": reference, "message": message or None, "changes": changes}
    answer = as_object(await _sent(podman, path("images", "import"), tar, params))
    return str(answer.get("Id") or "").removeprefix("sha256:")


async def _sent(
    podman: Podman, target: str, tar: AsyncIterator[bytes], params: Params | None
) -> Any:
    answer = bytearray()
    async with podman.stream("POST", target, params=params, body=tar, headers=_TAR) as pieces:
        async for piece in pieces:
            answer += piece
            if len(answer) > _ANSWER_LIMIT_BYTES:
                raise AnswerTooLarge("Podman's answer to an archive is too large.")
    if not answer:
        raise Malformed("Podman said nothing about the archive.")
    return decode(bytes(answer))
