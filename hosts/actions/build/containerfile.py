"""What we read of a Containerfile: its bases, its steps' lines, and the tar of one typed by hand."""

import io
import re
import tarfile
from collections.abc import AsyncIterator
from dataclasses import dataclass

NAME = "Containerfile"
LIMIT_BYTES = 256 * 1024
_FROM = re.compile(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_STEP = re.compile(r"^(?:\[[^\]]*\]\s*)?STEP\s+\d+/\d+:\s*(.+?)\s*$")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its first line (from 1) and its text on one line."""

    line: int
    text: str


def instructions(text: str) -> list[Instruction]:
    """The instructions, continued lines joined; comments and empty lines left out."""
    found: list[Instruction] = []
    begun, parts = 0, []
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        begun = begun or number
        parts.append(bare.removesuffix("\\").strip())
        if not bare.endswith("\\"):
            found.append(Instruction(begun, " ".join(parts)))
            begun, parts = 0, []
    if parts:
        found.append(Instruction(begun, " ".join(parts)))
    return found


def bases(text: str) -> list[str]:
    """Images that it builds on: neither stages of its own, nor scratch, nor names with variables."""
    stages: set[str] = set()
    found: list[str] = []
    for one in instructions(text):
        if match := _FROM.match(one.text):
            image, stage = match.groups()
            known = image.lower() in stages or image.lower() == "scratch" or "$" in image
            if not known and image not in found:
                found.append(image)
            if stage:
                stages.add(stage.lower())
    return found


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
