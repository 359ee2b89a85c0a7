"""Logs of one container, followed or read once."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Final

from hosts.podman.client import Podman
from hosts.podman.errors import PodmanError
from hosts.podman.frames import Frame, FrameParser
from hosts.podman.paths import Params, path

# `tail=-2` panics in Podman, and it allocates for the whole number.
TAIL_LIMIT: Final = 10_000


async def batches(
    podman: Podman,
    container: str,
    *,
    follow: bool = False,
    tail: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    timestamps: bool = False,
    stdout: bool = True,
    stderr: bool = True,
) -> AsyncGenerator[list[Frame], None]:
    """Frames in lists, as they arrive together: cheaper than one by one when a container is loud.

    A frame is mostly one line; long lines, and those of a TTY, come in parts. Libpod frames the logs
    of a TTY too. `tail`: the last 1…10,000 lines, None for all. `timestamps`: RFC 3339 and a space
    before each line (whole seconds up to 5.4). Following ends with the container. Close the iterator
    (`aclosing`) to end the stream on the host. Raises NotFound, Conflict, Interrupted.
    """
    params: Params = {
        "stdout": stdout,
        "stderr": stderr,
        "follow": follow,
        "timestamps": timestamps,
        "tail": None if tail is None else min(max(tail, 1), TAIL_LIMIT),
        "since": since,
        "until": until,
    }
    parser = FrameParser()
    # the head comes with the first line, maybe after hours: no deadline
    head_timeout_s = None if follow else podman.timeout_s
    target = path("containers", container, "logs")
    async with podman.stream("GET", target, params=params, head_timeout_s=head_timeout_s) as pieces:
        async for piece in pieces:
            if frames := parser.feed(piece):
                yield frames
        parser.finish()


async def last_words(podman: Podman, container: str) -> str:
    """The end of its log as text; as much as came where the host breaks off."""
    said = b""
    with suppress(PodmanError):
        async with aclosing(batches(podman, container, tail=20)) as parts:
            async for frames in parts:
                said += b"".join(data for _stream, data in frames)
    return said[-4000:].decode(errors="replace").strip()
