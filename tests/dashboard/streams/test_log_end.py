"""Lines that Podman left out at a container's end are counted to the line, and none is invented."""

import random
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from dashboard.streams.log_end import Loss, Tally

pytestmark = pytest.mark.asyncio
LIMIT = 50


def line(second: int, text: object) -> bytes:
    return b"12026-11-24T12:%02d:%02dZ %b\n" % (*divmod(second, 60), str(text).encode())


def log_of(lines: list[bytes], asked: list[int | None]) -> Any:
    """Reads as Podman does: the last `tail` lines of those since a moment."""

    async def read(tail: int | None, since: datetime) -> AsyncIterator[list[bytes]]:
        asked.append(tail)
        start = since.strftime("%Y-%m-%dT%H:%M:%S").encode()
        there = [each for each in lines if each[1:20] >= start]
        there = there if tail is None else there[-tail:]
        for at in range(0, len(there), 7):
            yield there[at : at + 7]

    return read


async def lost(whole: list[bytes], given: list[bytes]) -> tuple[Loss | None, list[int | None]]:
    tally, asked = Tally(), []  # type: ignore[var-annotated]
    for at in range(0, len(given), 5):
        tally.add(given[at : at + 5])
    return await tally.loss(log_of(whole, asked), tail=LIMIT), asked


async def test_a_log_that_came_whole_costs_one_short_look() -> None:
    whole = [line(n // 3, n) for n in range(30)]
    assert await lost(whole, whole) == (None, [LIMIT])
    assert await lost([], []) == (None, [])


async def test_what_stood_before_the_first_line_is_not_missed() -> None:
    whole = [line(n // 10, n) for n in range(40)]
    assert (await lost(whole, whole[-13:]))[0] is None


async def test_a_log_that_repeats_itself_raises_no_alarm() -> None:
    whole = [line(7, "same") for _ in range(40)]
    assert (await lost(whole, whole[-10:]))[0] is None


async def test_a_lost_end_is_counted_and_dated() -> None:
    whole = [line(n // 10, n) for n in range(40)]
    found, asked = await lost(whole, whole[:25])
    assert found == Loss(15, "2026-11-24T12:00:02Z", whole=True)
    assert asked == [LIMIT]


async def test_long_losses_are_counted_over_the_whole_log() -> None:
    whole = [line(n // 40, n) for n in range(400)]
    found, asked = await lost(whole, whole[:90] + whole[397:])
    assert found == Loss(307, "2026-11-24T12:00:02Z", whole=True)
    assert asked == [LIMIT, None]


async def test_holes_anywhere_add_up() -> None:
    chance = random.Random(7)
    for _ in range(50):
        whole = [line(n // 9, n) for n in range(chance.randrange(1, 300))]
        hole = chance.randrange(len(whole))
        given = [each for n, each in enumerate(whole) if n <= hole or chance.random() < 0.5]
        found, _asked = await lost(whole, given)
        assert (found.lines if found else 0) == len(whole) - len(given)
