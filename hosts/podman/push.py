"""Pushing an image. Libpod tells its steps layer by layer, but no bytes (seen on 5.4.2)."""

import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hosts.podman.client import Podman
from hosts.podman.errors import Interrupted, Malformed, PodmanError, PushFailed, Unavailable
from hosts.podman.lines import json_lines
from hosts.podman.paths import Param, path
from hosts.podman.registry_auth import Credential, auth_headers

_BLOB: Final = re.compile(r"(Copying (?:blob|config)) (?:sha256:)?([0-9a-f]{12,64})")


@dataclass(frozen=True, slots=True)
class PushProgress:
    """One line. `layer`: 12 digits of what is being copied, or empty. `text` is for people."""

    layer: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class PushResult:
    """The end of a push: the image's digest in the registry, empty before Podman 5."""

    digest: str


async def push(
    podman: Podman,
    image: str,
    *,
    destination: str,
    credential: Credential | None = None,
    compression: str = "",
) -> AsyncGenerator[PushProgress | PushResult, None]:
    """Push `image` (id or name) to the full name `destination`; at last a PushResult.

    `compression`: gzip, zstd, zstd:chunked; empty: Podman's own choice. Raises PushFailed in Podman's
    words, also inside HTTP 200; Interrupted.
    """
    params = {"destination": destination, "compressionFormat": compression or None}
    async for line in _push(podman, path("images", image, "push"), params, credential):
        yield line


async def push_manifest(
    podman: Podman,
    name: str,
    *,
    destination: str,
    credential: Credential | None = None,
    all_images: bool = True,
) -> AsyncGenerator[PushProgress | PushResult, None]:
    """As `push`, for a manifest list. `all_images`: with every image in it."""
    target = path("manifests", name, "registry", destination)
    async for line in _push(podman, target, {"all": all_images}, credential):
        yield line


async def _push(
    podman: Podman, target: str, params: Mapping[str, Param], credential: Credential | None
) -> AsyncGenerator[PushProgress | PushResult, None]:
    digest: str | None = None
    said = False
    try:
        async with podman.stream(
            "POST", target, params={"quiet": False, **params}, headers=auth_headers(credential)
        ) as pieces:
            async for line in json_lines(pieces):
                said = True
                if error := line.get("error"):
                    raise PushFailed(str(error), status=200)
                if "message" in line and "stream" not in line:
                    raise PushFailed(str(line["message"]), status=200)
                # the digest of an image, or of a manifest list
                if known_as := line.get("manifestdigest") or line.get("Id"):
                    digest = str(known_as)
                elif line.get("stream"):
                    yield _progress(line)
    except (Unavailable, PushFailed, Malformed):
        raise
    except PodmanError as exc:
        raise PushFailed(exc.message, cause=exc.cause, status=exc.status) from exc
    if not said:
        raise Interrupted("The push ended without a word.")
    yield PushResult(digest or "")


def _progress(line: Mapping[str, Any]) -> PushProgress:
    text = str(line["stream"]).strip()
    blob = _BLOB.match(text)
    if blob is None:
        return PushProgress("", "", text)
    return PushProgress(blob[2][:12], blob[1], "")
