"""Looking for a shell in a container whose `sh` is something else."""

from types import SimpleNamespace
from typing import Any

from dashboard.streams.terminal.pipe import Pipe

KIB = 1024


class Flood:
    """A reader that never ends and never says a shell's name."""

    def __init__(self) -> None:
        self.read_bytes = 0

    async def read(self, most: int) -> bytes:
        self.read_bytes += most
        assert self.read_bytes < 1024 * KIB, "kept on reading"
        return b"x" * most


async def test_a_flood_before_the_name_is_shown_instead_of_kept() -> None:
    pipe, flood = Pipe.__new__(Pipe), Flood()
    upgraded: Any = SimpleNamespace(reader=flood)
    pipe._pipe = upgraded
    came, ended = await pipe._until_told()
    assert not ended
    assert len(came) == flood.read_bytes <= 128 * KIB
