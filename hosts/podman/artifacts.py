"""OCI artifacts, which Podman keeps since 5.6: files under a name, like images.

Every call raises Unsupported on an older Podman. `/artifacts/local/add` takes a path on the host's
own disk, and is not used.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final

from hosts.podman.client import Podman, as_object, decode
from hosts.podman.errors import AnswerTooLarge, Malformed
from hosts.podman.paths import Params, path
from hosts.podman.registry_auth import Credential, auth_headers

# Podman answers only when everything has arrived
TRANSFER_LIMIT_S: Final = 2 * 3600.0
_ANSWER_LIMIT_BYTES: Final = 1024 * 1024
_BYTES: Final = {"Content-Type": "application/octet-stream"}
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


async def list_artifacts(podman: Podman) -> list[dict[str, Any]]:
    """`[{"Name", "Manifest": {"artifactType", "annotations", "layers": [{"size", "mediaType",
    "annotations": {"org.opencontainers.image.title"}}]}}]`.
    """
    return (await podman.get(path("artifacts", "json"))).objects()


async def inspect(podman: Podman, name: str) -> dict[str, Any]:
    """As an item of the list, with `"Digest"`. Raises NotFound."""
    return (await podman.get(path("artifacts", name, "json"))).object()


async def pull(podman: Podman, name: str, *, credential: Credential | None = None) -> str:
    """Fetch it from its registry; its digest. Podman itself tries three times more."""
    answer = await podman.call(
        "POST",
        path("artifacts", "pull"),
        params={"name": name},
        headers=auth_headers(credential),
        timeout_s=TRANSFER_LIMIT_S,
    )
    return _digest(answer.object())


async def push(podman: Podman, name: str, *, credential: Credential | None = None) -> str:
    """Send it to the registry in its name, the only one that Podman takes; its digest there."""
    answer = await podman.call(
        "POST",
        path("artifacts", name, "push"),
        headers=auth_headers(credential),
        timeout_s=TRANSFER_LIMIT_S,
    )
    return _digest(answer.object())


async def remove(podman: Podman, name: str) -> None:
    await podman.call("DELETE", path("artifacts", name))


async def add(
    podman: Podman,
    name: str,
    content: AsyncIterator[bytes],
    *,
    file: str,
    kind: str = "",
    append: bool = False,
) -> str:
    """Add a file as a new artifact of the media type `kind`, or to an old one with `append`; its digest.

    Raises Conflict or ServerFault where the name, or the file in it, is there already.
    """
    params: Params = {
        "name": name,
        "fileName": file,
        "artifactMIMEType": kind or None,
        "append": True if append else None,
    }
    answer = bytearray()
    target = path("artifacts", "add")
    async with podman.stream("POST", target, params=params, body=content, headers=_BYTES) as pieces:
        async for piece in pieces:
            answer += piece
            if len(answer) > _ANSWER_LIMIT_BYTES:
                raise AnswerTooLarge("Podman's answer to a file is too large.")
    return _digest(as_object(decode(bytes(answer))))


async def extract(podman: Podman, name: str) -> AsyncGenerator[bytes, None]:
    """Its files as a tar, as it comes. Raises NotFound before the first piece."""
    async with podman.stream("GET", path("artifacts", name, "extract")) as pieces:
        async for piece in pieces:
            yield piece


def _digest(answer: dict[str, Any]) -> str:
    digest = answer.get("ArtifactDigest")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise Malformed("Podman did not say which artifact it is.")
    return digest
