"""Series for a chart: over a range, from the finest rows that cover it. Reads SQL only.

Samples that are not written yet come as a `tail`, which the caller asked the link for.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hosts.models import StatsChunk
from hosts.stats.codec import VALUES, DamagedTable, Table, code, place_of, unpack
from hosts.stats.fold import fold_samples, mean
from hosts.stats.metrics import (
    FIVE_MINUTES,
    FULL,
    HALF_HOURS,
    KEY_BYTES,
    METRICS,
    PEAKS,
    SPAN_S,
    STEP_S,
    THINNED,
)

Value = int | None
_WIDTH: Final = len(METRICS)


@dataclass(frozen=True, slots=True)
class Range:
    """A range of time for a chart, and the distance of its points."""

    name: str
    length_s: int
    tier: int

    @property
    def step_s(self) -> int:
        """Seconds between two points."""
        return STEP_S[self.tier]


RANGES: Final = {
    one.name: one
    for one in (
        Range("1h", 3600, FULL),
        Range("24h", 86400, FIVE_MINUTES),
        Range("7d", 7 * 86400, HALF_HOURS),
        Range("30d", 30 * 86400, HALF_HOURS),
    )
}


@dataclass(slots=True)
class Points:
    """Points of one series: second to a value per metric of METRICS, then of PEAKS."""

    codes: dict[int, Sequence[int]] = field(default_factory=dict)

    def columns(self, *, over: Range) -> tuple[list[int], dict[str, list[Value]]]:
        """(times, metric to values), rising; with PEAKS where `over` is thinned."""
        names = METRICS if over.tier == FULL else THINNED
        times = sorted(self.codes)
        if not times:
            return [], {name: [] for name in names}
        # every point has all of THINNED
        by_metric = zip(*[self.codes[time] for time in times], strict=True)
        values = {
            name: [VALUES[number] for number in metric]
            for name, metric in zip(names, by_metric, strict=False)
        }
        return times, values


def history(
    endpoint_id: int,
    keys: Sequence[bytes],
    *,
    over: Range,
    now_s: int,
    tails: Mapping[bytes, Points] | None = None,
) -> dict[bytes, Points]:
    """Each key's points over the range until now. A time without a sample has no point."""
    begin = now_s - over.length_s
    found = {key: _SeriesColumns(over) for key in keys}
    # longest steps first; finer rows add what is not thinned yet, since thinning goes by age
    thinned_until = 0
    for tier in (HALF_HOURS, FIVE_MINUTES, FULL):
        if tier > over.tier:
            continue
        after = max(begin - SPAN_S[tier], thinned_until - 1)
        # full samples in a thinned chart: one column per row
        packed = "summary" if tier == FULL and over.tier != FULL else "data"
        rows = StatsChunk.objects.filter(endpoint_id=endpoint_id, tier=tier, start__gt=after)
        for end, row_keys, table in rows.order_by("start").values_list("end", "keys", packed):
            _collect(bytes(row_keys), bytes(table), found, begin=begin)
            thinned_until = max(thinned_until, end)
    for key, points in (tails or {}).items():
        if key in found:
            found[key].tail(points, begin)
    return {key: collected.points() for key, collected in found.items()}


def _collect(
    keys: bytes, packed: bytes, found: "dict[bytes, _SeriesColumns]", *, begin: int
) -> None:
    places = {key: place for key in found if (place := place_of(keys, key)) is not None}
    if not places:
        return
    try:
        table = unpack(packed)
        for key, place in places.items():
            found[key].add(table, place, begin=begin)
    except (DamagedTable, IndexError):
        # the chart shows a gap
        return


class _SeriesColumns:
    """Columns of one series at the step of a range."""

    def __init__(self, over: Range) -> None:
        self._over = over
        self._found: dict[int, list[Sequence[int]]] = {}

    def add(self, table: Table, place: int, *, begin: int) -> None:
        columns = zip(*[table.codes(m, place) for m in range(table.metrics)], strict=True)
        step_s = 1 if self._over.tier == FULL else self._over.step_s
        for time, column in zip(table.times, columns, strict=True):
            if column[0] and time >= begin:
                self._found.setdefault(time - time % step_s, []).append(column)

    def tail(self, points: Points, begin: int) -> None:
        if self._over.tier == FULL:
            for time, column in points.codes.items():
                if time >= begin:
                    self._found.setdefault(time, [column])
            return
        runs: dict[int, array[int]] = {}
        for time, column in points.codes.items():
            start = time - time % self._over.step_s
            if column[0] and time >= begin:
                runs.setdefault(start, array("H")).extend(column)
        for start, run in runs.items():
            self._found.setdefault(start, []).append(fold_samples(run))

    def points(self) -> Points:
        merged: dict[int, Sequence[int]] = {}
        for start, columns in self._found.items():
            if len(columns) == 1:
                merged[start] = _with_peaks(columns[0])
                continue
            by_metric = list(zip(*map(_with_peaks, columns), strict=True))
            merged[start] = [*map(mean, by_metric[:_WIDTH]), *map(max, by_metric[_WIDTH:])]
        return Points(merged)


def _with_peaks(column: Sequence[int]) -> Sequence[int]:
    """A sample is its own peak."""
    return column if len(column) > _WIDTH else (*column, column[0], column[1])


def tail_points(answer: Mapping[str, Any]) -> dict[bytes, Points]:
    """The answer of `hosts.control.stats_tail` as points by key."""
    times = answer.get("times") or []
    found = {}
    for key, metrics in (answer.get("series") or {}).items():
        columns = zip(*(metrics[name] for name in METRICS), strict=True)
        found[bytes.fromhex(key)] = Points(
            {
                time: [code(value) for value in column]
                for time, column in zip(times, columns, strict=True)
                if column[0] is not None
            }
        )
    return found


def sum_of(series: Iterable[Points], *, one_network: bool) -> Points:
    """The sum of several series at every time that one of them has; their highest limit.

    `one_network`: they share a network, as a pod's containers do, and each tells all its traffic.
    """
    found: dict[int, list[list[int]]] = {}
    for points in series:
        for time, column in points.codes.items():
            found.setdefault(time, []).append([VALUES[number] or 0 for number in column])
    highest = [METRICS.index("limit")]
    if one_network:
        highest += [METRICS.index("received"), METRICS.index("sent")]
    result: dict[int, Sequence[int]] = {}
    for time, columns in found.items():
        sums = [sum(cells) for cells in zip(*columns, strict=True)]
        for metric in highest:
            sums[metric] = max(column[metric] for column in columns)
        # the peaks need not have been at the same moment
        sums[len(METRICS) :] = sums[: len(PEAKS)]
        result[time] = [code(value) for value in sums]
    return Points(result)


def keys_in(row_keys: bytes) -> list[bytes]:
    """The keys of a row, one by one."""
    return [row_keys[at : at + KEY_BYTES] for at in range(0, len(row_keys), KEY_BYTES)]
