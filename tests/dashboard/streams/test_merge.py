"""Several logs as one: order, fairness and exact gaps."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.streams.merge import WINDOW_S, Merger, tagged
from dashboard.streams.merged_outbox import LEAST_BYTES, PAST_S, MergedOutbox


def line(second: int, text: str, *, zone: str = "Z") -> bytes:
    return f"12026-11-24T12:00:{second:02}{zone} {text}\n".encode()


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def texts(found: list[bytes]) -> list[str]:
    return [each.decode().split(" ", 1)[1].strip() for each in found]


def test_a_line_carries_its_source_behind_the_time() -> None:
    assert tagged(7, line(1, "a b")) == b"12026-11-24T12:00:01Z@7 a b\n"
    assert tagged(12, b"2no time\n") == b"2-@12 no time\n"


def test_lines_wait_for_earlier_ones_from_elsewhere() -> None:
    clock = Hand()
    merger = Merger(clock=clock)
    merger.add(0, [line(5, "late")])
    assert merger.due() == []
    clock.now += WINDOW_S / 2
    merger.add(1, [line(4, "early"), line(5, "same second")])
    clock.now += WINDOW_S / 2
    found = merger.due()
    # equal seconds in the order in which they came
    assert texts([each.line for each in found]) == ["early", "late", "same second"]
    assert not merger


def test_hosts_in_other_zones_are_compared_by_the_moment() -> None:
    merger = Merger(clock=Hand())
    merger.add(0, [b"12026-11-24T13:00:02+01:00 second\n"])
    merger.add(1, [line(1, "first"), line(3, "third")])
    assert texts([each.line for each in merger.all()]) == ["first", "second", "third"]


def test_a_clock_that_is_behind_or_a_loud_source_holds_nobody_up() -> None:
    clock = Hand()
    merger = Merger(clock=clock)
    merger.add(0, [line(50, "waits")])
    for number in range(20):
        clock.now += WINDOW_S / 10
        merger.add(1, [line(number, f"behind {number}")])
    assert "waits" in texts([each.line for each in merger.due()])


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 59), st.floats(0, 0.3)), min_size=1, max_size=80
    )
)
def test_no_line_is_lost_or_changes_places_within_its_source(
    told: list[tuple[int, int, float]],
) -> None:
    clock = Hand()
    merger = Merger(clock=clock)
    out: list[str] = []
    for number, (source, second, pause) in enumerate(told):
        merger.add(source, [line(second, f"{source} {number}")])
        clock.now += pause
        out += texts([each.line for each in merger.due()])
    out += texts([each.line for each in merger.all()])
    assert sorted(out) == sorted(f"{source} {n}" for n, (source, *_rest) in enumerate(told))
    for source in range(4):
        numbers = [int(text.split()[1]) for text in out if text.startswith(f"{source} ")]
        assert numbers == sorted(numbers)


async def drawn(box: MergedOutbox, lines: int) -> tuple[list[bytes], Counter[int]]:
    """What a browser that gives back its credit gets until so many lines came or were counted."""
    got: list[bytes] = []
    gaps: Counter[int] = Counter()
    while len(got) + gaps.total() < lines:
        async with asyncio.timeout(5):
            message, left_out = await box.take()
        got += message.splitlines(keepends=True)
        gaps.update(left_out)
        box.give_credit(len(message))
    return got, gaps


@pytest.mark.asyncio
async def test_the_past_comes_in_order_once_all_have_told_theirs() -> None:
    box = MergedOutbox(tail=4, clock=Hand())
    for source in (0, 1):
        box.enter(source)
    box.offer(0, [line(n, f"a{n}") for n in (1, 3, 5)])
    box.caught_up(0)
    taking = asyncio.ensure_future(box.take())
    await asyncio.sleep(0)
    assert not taking.done()
    box.offer(1, [line(n, f"b{n}") for n in (2, 4)])
    box.caught_up(1)
    message, gaps = await taking
    assert texts(message.splitlines()) == ["b2", "a3", "b4", "a5"]
    assert gaps == {}


@pytest.mark.asyncio
async def test_a_source_that_does_not_tell_its_past_is_not_waited_for_long() -> None:
    clock = Hand()
    box = MergedOutbox(tail=10, clock=clock)
    for source in (0, 1):
        box.enter(source)
    box.offer(0, [line(1, "here")])
    box.caught_up(0)
    clock.now += PAST_S
    message, _gaps = await box.take()
    assert texts(message.splitlines()) == ["here"]


@pytest.mark.asyncio
async def test_a_loud_source_is_thinned_exactly_and_silences_nobody() -> None:
    clock = Hand()
    box = MergedOutbox(tail=10, clock=clock)
    for source in (0, 1):
        box.enter(source)
        box.caught_up(source)
    box.credit = 0
    # nothing stood in the logs
    taking = asyncio.ensure_future(box.take())
    await asyncio.sleep(0)
    many = [line(1, "x" * 70) for _ in range(40_000)]
    box.offer(0, many)
    box.offer(1, [line(2, f"quiet {n}") for n in range(50)])
    waiting = sum(box._waiting.values())
    assert waiting < 20 * LEAST_BYTES
    clock.now += 1
    taking.cancel()
    box.give_credit(8 * 1024 * 1024)
    got, gaps = await drawn(box, 40_050)
    quiet = [each for each in got if b"@1 " in each]
    assert texts(quiet) == [f"quiet {n}" for n in range(50)]
    assert gaps[0] > 0
    assert len(got) - 50 + gaps[0] == 40_000
    # and goes on after its gap
    box.offer(0, [line(3, "again")])
    clock.now += 1
    assert texts((await drawn(box, 1))[0]) == ["again"]
