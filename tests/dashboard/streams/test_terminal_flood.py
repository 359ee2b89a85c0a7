"""Ctrl-C in a flood, byte by byte: what is left out, whatever the pace at which the rest arrives."""

from types import SimpleNamespace
from typing import Any

from dashboard.streams.terminals.flood_skip import ON_ITS_WAY_BYTES, QUIET_S, FloodSkip
from dashboard.streams.terminals.session import Session
from dashboard.streams.terminals.viewer import REST_BYTES, WINDOW_BYTES, TerminalViewer

PIECE = b"y\r\n" * 16384
CTRL_C = b"\x03"


class Flooded:
    """A terminal whose container is played by `comes`, and whose browser draws when it is told to."""

    def __init__(self) -> None:
        async def nobody_reads(_: Any) -> None: ...

        opened: Any = SimpleNamespace(
            options=SimpleNamespace(kind="exec", columns=80, rows=24, words="", tty=True),
            row=SimpleNamespace(endpoint=SimpleNamespace(pk=1)),
        )
        person: Any = SimpleNamespace(user="Ada")
        self.session = Session(person, "", opened, grace_s=1)
        self.ada = TerminalViewer(
            "Ada", owner=True, send_json=nobody_reads, send_bytes=nobody_reads
        )
        self.session.join(self.ada, have=0)

    async def comes(self, data: bytes) -> None:
        """What a read brought; returns when the next may be made."""
        self.session.kept.add(data)
        await self.session._pace(len(data))

    def types(self, data: bytes) -> None:
        self.session.feed(self.ada, data)

    @property
    def waiting(self) -> int:
        return self.ada.waiting(self.session.kept)


async def test_what_arrives_late_is_left_out_though_all_was_told_when_ctrl_c_was_typed() -> None:
    one = Flooded()
    await one.comes(PIECE)
    # the window is full, nothing waits: the container was slow for a moment
    one.ada.sent = one.session.kept.end
    one.types(CTRL_C)
    for _ in range(100):
        await one.comes(PIECE)
    await one.comes(b"^C\r\n/ # ")
    assert one.waiting <= REST_BYTES
    assert one.session.kept.take(one.ada.sent, most=WINDOW_BYTES).endswith(b"^C\r\n/ # ")


async def test_ctrl_c_at_rest_leaves_nothing_out() -> None:
    one = Flooded()
    await one.comes(b"/ # ")
    one.ada.sent = one.ada.drawn = one.session.kept.end
    one.types(CTRL_C)
    await one.comes(PIECE)
    assert one.waiting == len(PIECE)


async def test_the_next_line_is_shown_whole() -> None:
    one = Flooded()
    await one.comes(PIECE)
    one.types(CTRL_C)
    await one.comes(PIECE)
    one.types(b"cat long\r")
    at = one.waiting
    await one.comes(PIECE)
    assert one.waiting == at + len(PIECE)


def test_it_ends_by_quiet_and_by_more_than_was_on_its_way_not_by_time() -> None:
    hurry = FloodSkip()
    assert not hurry.covers(1, now=5.0)
    hurry.begin(now=10.0)
    now = 10.0
    for _ in range(100):
        now += QUIET_S * 0.9
        assert hurry.covers(1000, now)
    assert not hurry.covers(1000, now + QUIET_S)
    hurry.begin(now=200.0)
    assert hurry.covers(ON_ITS_WAY_BYTES - 1, now=200.1)
    assert not hurry.covers(1, now=200.2)
