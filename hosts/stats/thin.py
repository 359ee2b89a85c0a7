"""Merges old rows into longer steps, and drops rows whose time is over. A chore of the worker.

A row is dropped only after its successor was written: a worker that was away loses nothing.
"""

import time
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Exists, Min, OuterRef

from hosts.models import StatsChunk
from hosts.stats.codec import DamagedTable, pack, unpack
from hosts.stats.fold import Folder
from hosts.stats.history import keys_in
from hosts.stats.metrics import (
    FIVE_MINUTES,
    FULL,
    HALF_HOURS,
    KEPT_S,
    MOST_SERIES,
    SPAN_S,
    STEP_S,
    THINNED,
)

# the link writes a chunk up to a minute after its end, later when the database was away
_LATE_S: Final = {FIVE_MINUTES: 600, HALF_HOURS: 3 * 3600}
# rows per turn: a few seconds, so that the chore never blocks the worker
MOST_A_TURN: Final = 250
_AT_ONCE: Final = 25


@dataclass(frozen=True, slots=True)
class ThinResult:
    """What one turn did, in rows."""

    made: int
    dropped: int


def thin(*, now_s: int | None = None, most: int = MOST_A_TURN) -> ThinResult:
    now = int(time.time()) if now_s is None else now_s
    made = sum(
        _merge(source, into, now=now, most=most)
        for source, into in ((FULL, FIVE_MINUTES), (FIVE_MINUTES, HALF_HOURS))
    )
    return ThinResult(made, _drop(now))


def _merge(source: int, into: int, *, now: int, most: int) -> int:
    """Make the rows of `into` whose span is over; how many."""
    span = SPAN_S[into]
    # rows that begin before this are in a span that is over
    before = (now - _LATE_S[into]) // span * span
    made = 0
    # each look finds one span per endpoint; after a time without a worker there are more
    while made < most and (todo := _without_successor(source, into, before)[: most - made]):
        for at in range(0, len(todo), _AT_ONCE):
            with transaction.atomic():
                for endpoint_id, oldest in todo[at : at + _AT_ONCE]:
                    _make(endpoint_id, source, into, oldest - oldest % span)
        made += len(todo)
    return made


def _without_successor(source: int, into: int, before: int) -> list[tuple[int, int]]:
    rows = StatsChunk.objects.filter(tier=source, start__lt=before)
    found = (
        rows.exclude(_has_successor(into)).values_list("endpoint_id").annotate(oldest=Min("start"))
    )
    return sorted(found, key=lambda row: row[1])


def _has_successor(into: int) -> Exists:
    """Whether the next tier's row exists, in a query of rows of the tier before."""
    return Exists(
        StatsChunk.objects.filter(
            endpoint_id=OuterRef("endpoint_id"),
            tier=into,
            start__lte=OuterRef("start"),
            start__gt=OuterRef("start") - SPAN_S[into],
        )
    )


def _make(endpoint_id: int, source: int, into: int, start: int) -> None:
    span = SPAN_S[into]
    folder = Folder(step_s=STEP_S[into])
    rows = StatsChunk.objects.filter(
        endpoint_id=endpoint_id, tier=source, start__gte=start, start__lt=start + span
    ).order_by("start")
    for keys, data, summary in rows.values_list("keys", "data", "summary"):
        try:
            folder.add(keys_in(bytes(keys)), unpack(bytes(summary if source == FULL else data)))
        except (DamagedTable, IndexError):
            # the chart shows a gap
            continue
    times, series = folder.series(most=MOST_SERIES + 1)
    if not times:
        # nothing ran: a row without series marks the span as done
        times = [start]
    StatsChunk.objects.bulk_create(
        [
            StatsChunk(
                endpoint_id=endpoint_id,
                tier=into,
                start=start,
                end=start + span,
                keys=b"".join(series),
                data=pack(times, metrics=len(THINNED), series=list(series.values())),
            )
        ],
        ignore_conflicts=True,
    )


def _drop(now: int) -> int:
    dropped = StatsChunk.objects.filter(tier=HALF_HOURS, end__lt=now - KEPT_S[HALF_HOURS]).delete()[
        0
    ]
    for source, into in ((FULL, FIVE_MINUTES), (FIVE_MINUTES, HALF_HOURS)):
        old = StatsChunk.objects.filter(
            _has_successor(into), tier=source, end__lt=now - KEPT_S[source]
        )
        dropped += StatsChunk.objects.filter(pk__in=old.values("pk")).delete()[0]
    return dropped
