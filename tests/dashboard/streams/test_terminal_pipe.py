"""A container whose `sh` is something else, and a browser that says what no page of ours does."""

from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.streams.terminals.consumer import TerminalConsumer
from dashboard.streams.terminals.pipe import Pipe

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


@pytest.mark.parametrize(
    "size", [5, None, [80], [80, 24, 1], ["80", 24], {"a": 1, "b": 2}, [80, -1]]
)
async def test_a_malformed_size_ends_the_socket_alone(size: Any) -> None:
    """A ValueError is what the base takes for a browser's mistake; anything else is ours."""
    consumer = TerminalConsumer.__new__(TerminalConsumer)
    anybody: Any = SimpleNamespace(resize=None)
    consumer.session = consumer.viewer = anybody
    with pytest.raises(ValueError):
        await consumer.received({"size": size})
