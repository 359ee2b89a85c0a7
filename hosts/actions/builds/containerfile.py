"""The steps of a Containerfile in Podman's output, and the tar of one typed by hand."""

import io
import re
import tarfile
from collections.abc import AsyncIterator

from hosts.podman.containerfile import instructions

NAME = "Containerfile"
_STEP = re.compile(r"^(?:\[[^\]]*\]\s*)?STEP\s+\d+/\d+:\s*(.+?)\s*$")


def step_of(output_line: str) -> str:
    """The instruction of a line such as “STEP 2/5: RUN make”, else empty."""
    match = _STEP.match(output_line.strip())
    return match[1] if match else ""


def line_of(text: str, step: str) -> int:
    """The line on which the instruction `step` stands, as Podman repeats it; 0: not found."""
    wanted = _plain(step)
    for one in instructions(text):
        if _plain(one.text) == wanted:
            return one.line
    return 0


def _plain(instruction: str) -> str:
    return " ".join(instruction.split()).casefold()


async def context_of(text: str) -> AsyncIterator[bytes]:
    """The tar of a context of nothing but this Containerfile."""
    yield tar_of(text)


def tar_of(text: str) -> bytes:
    """The same in one piece."""
    data = text.encode()
    with io.BytesIO() as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            member = tarfile.TarInfo(NAME)
            member.size, member.mode = len(data), 0o644
            tar.addfile(member, io.BytesIO(data))
        return out.getvalue()
