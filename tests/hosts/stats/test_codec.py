"""Packed tables: what goes in comes out, within 0.2 %, and damage is told."""

from array import array
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hosts.stats.codec import VALUES, DamagedTable, code, pack, place_of, unpack

# a busy machine is no reason to fail
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
codes = st.integers(0, len(VALUES) - 1)


@st.composite
def tables(draw: Any) -> tuple[list[int], int, list["array[int]"]]:
    times = sorted(draw(st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=8)))
    metrics = draw(st.integers(1, 4))
    width = len(times) * metrics
    series = draw(st.lists(st.lists(codes, min_size=width, max_size=width), max_size=5))
    return times, metrics, [array("H", one) for one in series]


@patient
@given(tables())
def test_round_trip(table: tuple[list[int], int, list["array[int]"]]) -> None:
    times, metrics, series = table
    found = unpack(pack(times, metrics=metrics, series=series))
    assert (found.times, found.metrics, found.series) == (times, metrics, len(series))
    for place, one in enumerate(series):
        for metric in range(metrics):
            assert found.codes(metric, place) == list(one[metric::metrics])


@patient
@given(st.integers(0, 2**63))
def test_a_value_is_kept_within_two_per_mille(value: int) -> None:
    kept = VALUES[code(value)]
    assert kept is not None
    assert abs(kept - value) * 500 <= value


@patient
@given(st.integers(0, 2**63 - 1), st.integers(1, 2**40))
def test_codes_rise_with_values(value: int, more: int) -> None:
    assert code(value) <= code(min(value + more, 2**63))


@pytest.mark.parametrize("value", [0, 1, 100, 511, 512 * 2**20, 64 * 2**20, 100 * 2**20, 3 * 2**30])
def test_small_and_round_values_are_exact(value: int) -> None:
    assert VALUES[code(value)] == value


@pytest.mark.parametrize("value", [2**64, 2**200])
def test_what_is_too_big_is_the_biggest(value: int) -> None:
    assert code(value) == len(VALUES) - 1


def test_no_value_is_zero_and_zero_is_a_value() -> None:
    assert VALUES[0] is None
    assert code(0) == 1


WHOLE = pack([10, 20, 30], metrics=2, series=[array("H", [1, 2, 3, 4, 5, 6])])


@patient
@given(st.binary(max_size=80))
def test_foreign_bytes_are_told(blob: bytes) -> None:
    with pytest.raises(DamagedTable):
        unpack(blob)


@pytest.mark.parametrize("blob", [b"", WHOLE[:4], WHOLE[:-6], b"\x02" + WHOLE[1:]])
def test_a_damaged_table_is_told(blob: bytes) -> None:
    with pytest.raises(DamagedTable):
        unpack(blob)


def test_lengths_have_to_fit() -> None:
    with pytest.raises(ValueError, match="fit"):
        pack([10, 20], metrics=2, series=[array("H", [1, 2, 3])])


def test_a_key_is_found_at_its_own_place_only() -> None:
    keys = b"aaaabbbb" + b"bbbbcccc" + b"cccccccc"
    assert place_of(keys, b"bbbbcccc") == 1
    # it lies there, but across two keys
    assert place_of(keys, b"bbbbbbbb") is None
    assert place_of(keys, b"cccccccc") == 2


def test_quiet_containers_cost_next_to_nothing() -> None:
    still = array("H", [1, 5009, 9000, 1, 1, 1, 1, 4] * 30)
    fifty = pack(range(0, 300, 10), metrics=8, series=[still] * 50)
    assert len(fifty) < 50 * 30 * 8 / 20
