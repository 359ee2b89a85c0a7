"""A slow browser costs a bounded amount of memory, and is told exactly what it missed."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.streams.outbox import CREDIT_BYTES, KEEP_BYTES, Outbox

pytestmark = pytest.mark.asyncio
LINE = b"1" + b"x" * 98 + b"\n"


async def test_lines_go_out_within_the_credit():
    box = Outbox()
    box.offer([LINE] * 10)
    assert await box.take() == (LINE * 10, 0)
    assert box.credit == CREDIT_BYTES - len(LINE) * 10


async def test_without_credit_nothing_goes_out_until_it_comes():
    box = Outbox()
    box.credit = 0
    box.offer([LINE])
    taking = asyncio.ensure_future(box.take())
    await asyncio.sleep(0)
    assert not taking.done()
    assert box.starved_s > 0
    box.give_credit(1000)
    assert box.starved_s == 0
    assert await taking == (LINE, 0)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 4000), min_size=1, max_size=30))
async def test_what_is_left_out_is_counted_to_the_line(floods):
    box = Outbox()
    box.credit = 0
    sent = sum(floods)
    for count in floods:
        box.offer([LINE] * count)
    assert box._bytes <= KEEP_BYTES
    got = missed = 0
    box.give_credit(KEEP_BYTES * 4)
    while got + missed < sent:
        message, gap = await asyncio.wait_for(box.take(), 5)
        got += message.count(b"\n")
        missed += gap
    assert got + missed == sent


async def test_a_gap_comes_after_the_lines_before_it_and_then_lines_go_on():
    box = Outbox()
    box.offer([LINE] * (KEEP_BYTES // len(LINE) + 5))
    seen = []
    while True:
        message, gap = await box.take()
        seen.append((message.count(b"\n"), gap))
        box.give_credit(len(message))
        if gap:
            break
    assert all(gap == 0 for _, gap in seen[:-1])
    box.offer([LINE])
    assert await box.take() == (LINE, 0)


async def test_a_range_waits_for_room_instead():
    box = Outbox()
    box.credit = 0
    await box.put([LINE] * (KEEP_BYTES // len(LINE) + 1))
    waiting = asyncio.ensure_future(box.put([LINE]))
    await asyncio.sleep(0)
    assert not waiting.done()
    box.give_credit(KEEP_BYTES)
    await box.take()
    await asyncio.wait_for(waiting, 5)
