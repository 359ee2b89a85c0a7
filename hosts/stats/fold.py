"""Folds columns of samples into one: means, and the highest CPU and memory."""

from array import array
from collections.abc import Iterable, Sequence
from typing import Final

from hosts.stats.codec import VALUES, Table, code
from hosts.stats.metrics import METRICS, PEAKS, THINNED

_WIDTH: Final = len(METRICS)
# the metric of each peak
_PEAK_OF: Final = tuple(METRICS.index(name.removesuffix("_peak")) for name in PEAKS)


def mean(codes: Iterable[int]) -> int:
    """The code of the mean of those that have a value; 0: none has."""
    found = [VALUES[number] or 0 for number in codes if number]
    return code((sum(found) + len(found) // 2) // len(found)) if found else 0


def fold_samples(codes: "array[int]") -> "array[int]":
    """Samples of METRICS, time by time, as one column of THINNED."""
    runs = [codes[metric::_WIDTH] for metric in range(_WIDTH)]
    return array("H", [*map(mean, runs), *(max(runs[metric]) for metric in _PEAK_OF)])


class Folder:
    """Collects columns of THINNED from several tables into columns of a longer step."""

    def __init__(self, *, step_s: int) -> None:
        self._step_s = step_s
        # key -> start of a long column -> codes of each metric
        self._found: dict[bytes, dict[int, list[list[int]]]] = {}

    def add(self, keys: Sequence[bytes], table: Table) -> None:
        """Add all columns of a table of THINNED."""
        starts = [time - time % self._step_s for time in table.times]
        for place, key in enumerate(keys):
            runs = [table.codes(metric, place) for metric in range(table.metrics)]
            columns = self._found.setdefault(key, {})
            for at, start in enumerate(starts):
                if runs[0][at]:
                    cells = columns.setdefault(start, [[] for _ in THINNED])
                    for cell, run in zip(cells, runs, strict=True):
                        cell.append(run[at])

    def series(self, *, most: int) -> tuple[list[int], dict[bytes, "array[int]"]]:
        """(starts, key to codes of THINNED column by column); series with most samples first."""
        times = sorted({start for columns in self._found.values() for start in columns})
        ranked = sorted(self._found, key=lambda key: (-len(self._found[key]), key))
        return times, {key: self._run(key, times) for key in ranked[:most]}

    def _run(self, key: bytes, times: list[int]) -> "array[int]":
        run: array[int] = array("H")
        for start in times:
            cells = self._found[key].get(start)
            if cells is None:
                run.extend([0] * len(THINNED))
                continue
            run.extend(map(mean, cells[:_WIDTH]))
            run.extend(map(max, cells[_WIDTH:]))
        return run
