"""`manage.py bench`: what it finds, what it refuses, what it shows."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from dashboard.management.commands.bench import names, table
from tests.bench.figures import figure, in_turns, quantile


def test_finds_every_benchmark_of_the_folder() -> None:
    assert {"api", "audit", "files", "fleet", "live", "logs"} <= set(names())


def test_an_unknown_name_is_one_clear_line() -> None:
    with pytest.raises(CommandError) as refused:
        call_command("bench", "api", "speed")
    words = str(refused.value)
    assert "“speed”" in words
    assert "api, audit" in words
    assert "\n" not in words


def test_a_figure_has_the_keys_that_others_read() -> None:
    line = figure(
        "api", "a call", 3.0, "ms", baseline=2.0, baseline_name="curl", goal="≤ 4 ms", holds=True
    )
    assert line == {
        "bench": "api",
        "what": "a call",
        "figure": 3.0,
        "unit": "ms",
        "baseline": 2.0,
        "baseline_name": "curl",
        "ratio": 1.5,
        "goal": "≤ 4 ms",
        "holds": True,
    }


def test_the_table_says_what_was_not_reached() -> None:
    missed = figure(
        "api", "a call", 9.0, "ms", baseline=0.0, baseline_name="none", goal="≤ 4 ms", holds=False
    )
    shown = table("api", [missed], took_s=1.0)
    assert "9.0 ms" in shown
    assert "NOT REACHED" in shown
    assert "–" in shown


def test_steps_take_turns() -> None:
    order: list[str] = []

    def step(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = in_turns(2, one=lambda: step("one"), two=lambda: step("two"))
    assert order == ["one", "two", "one", "two"]
    assert found == {"one": 2.0, "two": 3.0}


def test_quantiles_stay_within_the_values() -> None:
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.95) == 4.0
    assert quantile([5.0], 0.5) == 5.0
