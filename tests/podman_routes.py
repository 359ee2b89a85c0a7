"""Every route of Podman's API by version, as data (podman_routes.txt)."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

VERSIONS = ("4.3", "4.9", "5.0", "5.4", "5.8", "6.1")
LIBPOD = "/libpod"


@dataclass(frozen=True, slots=True)
class PodmanRoute:
    """`path` begins with /libpod where it is of that dialect; `method` may be *, any. `parameters`: those of
    its query.
    """

    method: str
    path: str
    first: str
    last: str
    parameters: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Method and path, whatever its names are called."""
        return self.method, shape(self.path)

    def is_in(self, version: str) -> bool:
        """True where that Podman, one of VERSIONS, has it."""
        first, asked, last = map(VERSIONS.index, (self.first, version, self.last))
        return first <= asked <= last


@cache
def every_route() -> tuple[PodmanRoute, ...]:
    """All of them, of both dialects."""
    found = []
    for line in Path(__file__).with_suffix(".txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        method, path, versions, *parameters = line.split()
        first, last = versions.split("-")
        found.append(PodmanRoute(method, path, first, last, tuple(parameters)))
    return tuple(found)


def shape(path: str) -> str:
    """A path with {} for each name."""
    return re.sub(r"\{[^}]*\}", "{}", path)
