"""Finds the steps of a Containerfile in Podman's output, and makes the tar of a typed one."""

import io
import re
import tarfile
from collections.abc import AsyncIterator

from hosts.podman.containerfile import instructions

NAME = "Containerfile"
_STEP = re.compile(r"^(?:\[[^\]]*\]\s*)?STEP\s+\d+/\d+:\s*(.+?)\s*$")


def step_of(output_line: str) -> str:
    """The instruction of a line such as “STEP 2/5: RUN make”, or ""."""
    match = _STEP.match(output_line.strip())
    return match[1] if match else ""


def line_of(text: str, step: str) -> int:
    """The line number of the instruction `step` in the Containerfile. 0: not found."""
    wanted = _plain(step)
    for one in instructions(text):
        if _plain(one.text) == wanted:
            return one.line
    return 0


def _plain(instruction: str) -> str:
    return " ".join(instruction.split()).casefold()


async def context_of(text: str) -> AsyncIterator[bytes]:
    """A build context with only this Containerfile, as a tar."""
    yield tar_of(text)


def tar_of(text: str) -> bytes:
    """The same as bytes."""
    data = text.encode()
    with io.BytesIO() as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            member = tarfile.TarInfo(NAME)
            member.size, member.mode = len(data), 0o644
            tar.addfile(member, io.BytesIO(data))
        return out.getvalue()
