"""Pulling an image, layer by layer.

Libpod's own `images/pull` tells no bytes up to 5.8. Docker's `images/create` does: a line per layer
about each second (measured on 4.3.1, 5.4.2 and 5.8.6 through a slowed registry).
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

from hosts.podman.client import Podman, as_object
from hosts.podman.errors import (
    Interrupted,
    Malformed,
    NotFound,
    PodmanError,
    PullFailed,
    Unavailable,
)
from hosts.podman.lines import json_lines
from hosts.podman.paths import COMPAT, LIBPOD, path
from hosts.podman.registry_auth import Credential, auth_headers
from hosts.podman.shortnames import is_qualified


@dataclass(frozen=True, slots=True)
class PullProgress:
    """One line. `layer`: 12 digits of the layer, at the end of the image. `text` is for people.

    `status`: Podman's words (Downloading, Already exists, …). Bytes only while it downloads.
    """

    layer: str
    status: str
    current_bytes: int | None
    total_bytes: int | None
    text: str


@dataclass(frozen=True, slots=True)
class PullResult:
    """The end of a pull: the full id of the image."""

    image_id: str


async def pull(
    podman: Podman, reference: str, *, credential: Credential | None = None
) -> AsyncGenerator[PullProgress | PullResult, None]:
    """Pull `reference`, a full name (`shortnames.resolve`): the progress, at last a PullResult.

    Always asks the registry, also when the image is there. Raises PullFailed in Podman's words, also
    inside HTTP 200; Interrupted: nobody knows. Closing the iterator (`aclosing`) ends the pull.
    """
    if not is_qualified(reference):
        # Docker's half of the API would quietly take it from docker.io
        raise PullFailed(f"{reference} does not name its registry.")
    params = {"fromImage": reference}
    target = path("images", "create", prefix=COMPAT)
    last = ""
    try:
        async with podman.stream(
            "POST", target, params=params, headers=auth_headers(credential)
        ) as pieces:
            async for line in json_lines(pieces):
                progress = _progress(line)
                last = progress.layer or last
                yield progress
    except (Unavailable, PullFailed, Malformed):
        raise
    except PodmanError as exc:
        # from 5.x on 401, 404 and 500 before the first line; 4.3 has them in the stream
        raise PullFailed(exc.message, cause=exc.cause, status=exc.status) from exc
    yield PullResult(await _image_id(podman, last))


def _progress(line: Mapping[str, Any]) -> PullProgress:
    if error := line.get("error"):
        detail = line.get("errorDetail")
        words = detail.get("message") if isinstance(detail, dict) else None
        raise PullFailed(str(words or error), status=200)
    if "message" in line and "status" not in line:
        raise PullFailed(str(line["message"]), status=200)
    detail = as_object(line.get("progressDetail") or {})
    status = str(line.get("status") or "")
    return PullProgress(
        layer=str(line.get("id") or ""),
        status=status,
        current_bytes=_count(detail.get("current")),
        total_bytes=_count(detail.get("total")),
        text=str(line.get("progress") or line.get("stream") or status).strip(),
    )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


async def _image_id(podman: Podman, last: str) -> str:
    """The full id of the image; the pull's last line has only 12 digits of it."""
    if not last:
        raise Interrupted("The pull ended without a word.")
    try:
        found = (await podman.get(path("images", last, "json", prefix=LIBPOD))).object()
    except NotFound as exc:
        raise PullFailed("The pull ended without an image.", cause=exc.message) from exc
    image_id = found.get("Id")
    if not isinstance(image_id, str):
        raise Malformed("Podman's image has no id.")
    return image_id
