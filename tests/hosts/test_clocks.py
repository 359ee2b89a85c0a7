"""Clocks last as long as they say, or the part of it that tests of faults ask for."""

from typing import Any

import pytest

from dashboard import env
from hosts.clocks import clock


@pytest.mark.parametrize(
    ("share", "seconds", "least", "found"),
    [(1, 30, 4, 30), (0.1, 30, 0, 3), (0.1, 5, 1, 1), (0.1, 0.5, 1, 0.5)],
)
def test_a_part_of_a_clock(
    settings: Any, share: float, seconds: float, least: float, found: float
) -> None:
    settings.HAULOUT_CLOCKS = share
    assert clock(seconds, least=least) == pytest.approx(found)


def test_nothing_is_shortened_in_use() -> None:
    assert env.read({}).clocks == 1


@pytest.mark.parametrize("given", ["0", "1.5", "-1", "nan", "soon"])
def test_other_parts_are_refused_by_name(given: str) -> None:
    with pytest.raises(ValueError, match="HAULOUT_CLOCKS"):
        env.read({"HAULOUT_CLOCKS": given})
