"""Where a lab lives: its id from the data folder, and every name and path made from it."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
SOCKETS = Path("/run/haulout-lab")
"""Short, since a socket path ends at 107 bytes wherever the data folder is."""


def default_data() -> Path:
    return Path(os.environ.get("HAULOUT_DATA") or CHECKOUT / "var") / "lab"


def cache() -> Path:
    """Kept between labs: other Podman versions' file systems (460 MB each)."""
    chosen = os.environ.get("HAULOUT_LAB_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "haulout-lab"


@dataclass(frozen=True)
class Place:
    """Names and folders of one lab. Two labs never share one, whoever started them."""

    data: Path

    @classmethod
    def at(cls, data: Path) -> "Place":
        return cls(data=data.resolve())

    @property
    def id(self) -> str:
        return hashlib.sha256(str(self.data).encode()).hexdigest()[:6]

    @property
    def bridge(self) -> str:
        return f"hl{self.id}"

    @property
    def sockets(self) -> Path:
        return SOCKETS / self.id

    @property
    def state(self) -> Path:
        return self.data / "state.json"

    def namespace(self, number: int) -> str:
        return f"hl{self.id}-h{number}"

    def cable(self, number: int) -> str:
        """This machine's end of the host's network cable (15 characters at most)."""
        return f"hl{self.id}-{number}"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Held while a subnet is chosen and taken. The lock is /run itself: nothing is left behind."""
    handle = os.open("/run", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
