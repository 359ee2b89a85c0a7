"""What a host does with its log's times fills no memory, and repeats are told from news all the same."""

import tracemalloc

import pytest

from dashboard.streams import log_source
from dashboard.streams.log_end import Tally
from dashboard.streams.log_source import LogSource, LogViewer, Repeats
from hosts.podman import UnixDial
from hosts.podman.errors import Malformed

MIB = 2**20


class Sink:
    """A viewer that keeps nothing."""

    def offer(self, lines: list[bytes]) -> None:
        pass


def source() -> LogSource:
    found = LogSource(UnixDial("/nowhere"), "c" * 64, lambda: MIB)
    found._viewers.add(LogViewer(Sink(), lambda _note: None))
    return found


@pytest.mark.parametrize("time", [b"2026-11-24T12:00:00Z", b"no time"])
def test_a_time_that_stands_still_fills_nothing(time: bytes) -> None:
    """The attack: 300 MB of lines with one time grew web by as much."""
    follows = source()
    tracemalloc.start()
    try:
        for number in range(3000):
            # bytes of their own each time, as they come from a socket
            follows._give([b"1%b %d %b\n" % (time, number, b"x" * 10_000) for _ in range(10)])
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * MIB


def test_many_short_lines_of_one_time_fill_nothing() -> None:
    follows = source()
    for number in range(200):
        follows._give([b"12026-11-24T12:00:00Z %d\n" % (number * 1000 + n) for n in range(1000)])
    assert len(follows._last_lines) <= log_source.SAME_TIME_LINES
    assert len(follows._last_lines) + follows._last_more == 200_000


def test_repeats_beyond_what_is_remembered_are_left_out_too(monkeypatch) -> None:
    monkeypatch.setattr(log_source, "SAME_TIME_LINES", 50)
    follows = source()
    same = [b"12026-11-24T12:00:00Z %d\n" % number for number in range(300)]
    follows._give(same)
    repeats = Repeats(follows._last_lines, follows._last_more, follows._last_time)
    news = [b"12026-11-24T12:00:00Z news\n", b"12026-11-24T12:00:01Z more\n"]
    assert repeats.without(same[:170]) == []
    assert repeats
    assert repeats.without([*same[170:], *news]) == news
    assert not repeats


async def test_a_log_of_endless_seconds_is_not_counted_for_ever() -> None:
    async def read(_tail, _since):
        for at in range(0, 10**9, 1000):
            yield [b"1%019d first\n" % number for number in range(at, at + 1000)]

    tally = Tally()
    tally.add([b"12026-11-24T12:00:00Z first\n"])
    with pytest.raises(Malformed):
        await tally.loss(read, tail=10_000)
