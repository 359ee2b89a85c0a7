"""Counters become rates, rates become chunks: what a stream of lines leaves behind."""

from typing import Any

import pytest

from hosts.podman.stats import Usage
from hosts.stats.codec import VALUES
from hosts.stats.gather import Gatherer, Rates
from hosts.stats.metrics import METRICS, TOTAL, key_of
from hosts.stats.recent import Recent
from hosts.stats.store import pack_chunk

BEGIN = 1_795_557_600
ONE, OTHER = "1" * 64, "2" * 64


def usage(podman_id: str = ONE, *, at: float = 0.0, **figures: Any) -> Usage:
    fixed = {
        "cpu_ns": 0,
        "system_ns": int((BEGIN + at) * 1e9),
        "memory_bytes": 1024,
        "limit_bytes": 4096,
        "received": 0,
        "sent": 0,
        "read": 0,
        "written": 0,
        "pids": 1,
    }
    return Usage(podman_id, **(fixed | figures))


def values(gatherer: Gatherer, key: bytes, metric: str) -> list[int | None]:
    """Of all that is not written yet."""
    return [
        VALUES[chunk.column(key, at)[METRICS.index(metric)]] if key in chunk.series else None
        for chunk in gatherer.waiting()
        for at in range(len(chunk.times))
    ]


def test_rates_are_differences_by_the_hosts_clock() -> None:
    rates = Rates()
    assert rates.of([usage()], at_s=BEGIN) == {}
    later = usage(at=10, cpu_ns=5_000_000_000, received=1000, sent=500, read=70, written=9)
    # our own clock is a little late: that does not count
    assert rates.of([later], at_s=BEGIN + 10.2) == {ONE: (5000, 1024, 4096, 100, 50, 7, 0, 1)}


def test_a_clock_set_anew_is_not_believed() -> None:
    rates = Rates()
    rates.of([usage()], at_s=BEGIN)
    jumped = usage(at=3600, cpu_ns=1_000_000_000)
    (sample,) = rates.of([jumped], at_s=BEGIN + 10).values()
    assert sample[0] == 1000


def test_a_container_that_started_anew_has_no_rate_yet() -> None:
    rates = Rates()
    rates.of([usage(cpu_ns=9_000_000)], at_s=BEGIN)
    assert rates.of([usage(at=10, cpu_ns=5)], at_s=BEGIN + 10) == {}
    assert ONE in rates.of([usage(at=20, cpu_ns=9)], at_s=BEGIN + 20)


def test_after_a_gap_nothing_is_said_of_the_time_between() -> None:
    rates = Rates()
    rates.of([usage()], at_s=BEGIN)
    assert rates.of([usage(at=600, cpu_ns=10**9)], at_s=BEGIN + 600) == {}


def test_the_network_of_a_pod_counts_once() -> None:
    gatherer = Gatherer()
    inside = ["a" * 64, "b" * 64, "c" * 64]
    apart = usage(OTHER, received=50_000, sent=1)
    gatherer.feed([apart, *(usage(one, received=10_000, sent=5) for one in inside)], at_s=BEGIN)
    gatherer.feed(
        [
            usage(OTHER, at=10, received=60_000, sent=1),
            # read one after the other, so a little more has come in
            *(usage(one, at=10, received=30_000 + n, sent=5) for n, one in enumerate(inside)),
        ],
        at_s=BEGIN + 10,
    )
    assert gatherer.latest is not None
    received = gatherer.latest[METRICS.index("received")]
    assert received == pytest.approx((20_000 + 10_000) / 10, rel=0.01)


def test_who_comes_and_goes_has_gaps() -> None:
    gatherer = Gatherer()
    for turn, present in enumerate(([ONE], [ONE, OTHER], [ONE, OTHER], [OTHER], [ONE, OTHER])):
        gatherer.feed([usage(one, at=10 * turn) for one in present], at_s=BEGIN + 10 * turn)
    assert values(gatherer, key_of(ONE), "memory") == [1024, 1024, None, None]
    assert values(gatherer, key_of(OTHER), "memory") == [None, 1024, 1024, 1024]
    assert values(gatherer, TOTAL, "memory") == [1024, 2048, 1024, 1024]


def test_chunks_end_with_their_five_minutes() -> None:
    gatherer = Gatherer()
    for turn in range(70):
        gatherer.feed([usage(at=10 * turn)], at_s=BEGIN + 10 * turn)
    chunks = gatherer.take()
    assert [(chunk.times[0] - BEGIN, len(chunk.times)) for chunk in chunks] == [(10, 29), (300, 30)]
    assert gatherer.take() == []
    (rest,) = gatherer.take(everything=True)
    assert rest.times[0] == BEGIN + 600


def test_what_could_not_be_written_is_given_again() -> None:
    gatherer = Gatherer()
    for turn in range(40):
        gatherer.feed([usage(at=10 * turn)], at_s=BEGIN + 10 * turn)
    chunks = gatherer.take()
    gatherer.put_back(chunks)
    assert gatherer.take() == chunks


def test_an_odd_id_takes_no_one_elses_place() -> None:
    gatherer = Gatherer()
    odd = ["zz" * 32, "0" * 64, "12ab" * 3]
    for turn in range(3):
        gatherer.feed([usage(one, at=10 * turn) for one in [ONE, *odd]], at_s=BEGIN + 10 * turn)
    (chunk,) = gatherer.take(everything=True)
    assert set(chunk.series) == {TOTAL, key_of(ONE)}


def test_a_host_cannot_fill_us_with_containers() -> None:
    gatherer = Gatherer()
    for turn in range(2):
        lines = [usage(f"{n:016x}" + "0" * 48, at=10 * turn) for n in range(1, 4001)]
        gatherer.feed(lines, at_s=BEGIN + 10 * turn)
    (chunk,) = gatherer.take(everything=True)
    assert len(chunk.series) == 2001
    assert len(pack_chunk(chunk).keys) == 8 * 2001


def test_the_hour_by_the_minute_goes_on_after_a_restart() -> None:
    first = Recent()
    for second in range(0, 180, 10):
        first.add(BEGIN + second, {b"k" * 8: (second // 60 * 100, 4096)})
    snapshot = first.snapshot()
    again = Recent()
    again.restore(snapshot.keys, snapshot.packed(), now_s=BEGIN + 240)
    for second in range(240, 310, 10):
        again.add(BEGIN + second, {b"k" * 8: (900, 8192)})
    table = again.snapshot()
    cpu = [VALUES[number] for number in table.series[0][0::2]]
    # two minutes of before, one that the first had not finished, one that nobody saw, and now
    assert cpu[-5:] == [0, 100, None, None, 900]


def test_who_is_gone_for_an_hour_leaves_the_hour() -> None:
    recent = Recent()
    recent.add(BEGIN, {b"k" * 8: (1, 1)})
    recent.add(BEGIN + 60, {})
    assert recent.snapshot().keys == b"k" * 8
    recent.add(BEGIN + 3720, {})
    assert recent.snapshot().keys == b""
