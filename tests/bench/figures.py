"""What every benchmark shares: its options, one line of its answer, and the arithmetic."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


class CannotRun(Exception):
    """What this benchmark needs is missing here; the words say what and how to get it."""


@dataclass(frozen=True, slots=True)
class Options:
    """Of `manage.py bench`: the size of the simulated fleet, and of its audience. `parts`: names of those of
    a benchmark that has some; none: all.
    """

    hosts: int = 200
    containers: int = 50
    browsers: int = 50
    parts: tuple[str, ...] = ()


def figure(
    bench: str,
    what: str,
    value: float,
    unit: str,
    *,
    baseline: float,
    baseline_name: str,
    goal: str,
    holds: bool,
) -> dict[str, Any]:
    """One line: a figure beside its baseline, both from this run."""
    return {
        "bench": bench,
        "what": what,
        "figure": round(value, 2),
        "unit": unit,
        "baseline": round(baseline, 2),
        "baseline_name": baseline_name,
        "ratio": round(value / baseline, 2) if baseline else None,
        "goal": goal,
        "holds": holds,
    }


def quantile(values: Sequence[float], part: float) -> float:
    """The value that `part` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def in_turns(rounds: int, **steps: Callable[[], float]) -> dict[str, float]:
    """The median of each step. They run one after the other, again and again, so that a busy moment
    meets them all.
    """
    found: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            found[name].append(step())
    return {name: median(values) for name, values in found.items()}
