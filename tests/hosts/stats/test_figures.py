"""The newest figures of each container: what is written at once, what waits, what is left out."""

from typing import Any

import pytest
from django.utils import timezone

from hosts.inventory.batch import WriteBatch
from hosts.link.supervise import states
from hosts.models import Container, ContainerFigures, Endpoint
from hosts.stats.figures import REST_S, Figure, FigureChanges, WrittenFigures
from hosts.stats.gather import Gatherer
from hosts.stats.store import save_figures
from tests.hosts.stats.test_gather import BEGIN, ONE, OTHER, usage

GIB = 2**30


def written(
    written: WrittenFigures, newest: dict[str, Figure], now_s: float
) -> dict[str, Figure] | None:
    """What is written then; None where nothing is due."""
    changes = written.changes(newest, now_s=now_s)
    if changes is None:
        return None
    written.mark_written(changes, rows=len(changes.figures), now_s=now_s)
    return changes.figures


def test_small_changes_are_left_out_and_others_wait_half_a_minute() -> None:
    kept = WrittenFigures()
    assert written(kept, {ONE: Figure(1000, GIB, 0)}, 0) == {ONE: Figure(1000, GIB, 0)}
    # under a point, under two per cent
    assert written(kept, {ONE: Figure(1090, GIB + GIB // 60, 0)}, REST_S) is None
    more = {ONE: Figure(1500, GIB, 0)}
    assert written(kept, more, 10) is None
    assert written(kept, more, REST_S) == more


def test_a_new_container_a_leap_and_an_end_do_not_wait() -> None:
    kept = WrittenFigures()
    written(kept, {ONE: Figure(0, GIB, 0)}, 0)
    both = {ONE: Figure(0, GIB, 0), OTHER: Figure(5, GIB, 0)}
    assert written(kept, both, 10) == {OTHER: Figure(5, GIB, 0)}
    leap = {**both, ONE: Figure(9000, GIB, 0)}
    assert written(kept, leap, 20) == {ONE: Figure(9000, GIB, 0)}
    changes = kept.changes({ONE: leap[ONE]}, now_s=30)
    assert changes == FigureChanges({}, [OTHER], False)


def test_one_that_the_inventory_does_not_know_yet_is_tried_again() -> None:
    kept = WrittenFigures()
    newest = {ONE: Figure(0, GIB, 0)}
    changes = kept.changes(newest, now_s=0)
    assert changes
    kept.mark_written(changes, rows=0, now_s=0)
    assert written(kept, newest, 10) == newest


def test_one_that_just_started_has_figures_with_its_first_line() -> None:
    gatherer = Gatherer()
    gatherer.machine_bytes, gatherer.cpus = 8 * GIB, 4
    gatherer.feed([usage(limit_bytes=8 * GIB)], at_s=BEGIN)
    assert gatherer.newest is None
    new = usage(OTHER, at=10, cpu_ns=2_000_000_000, memory_bytes=7, limit_bytes=GIB)
    gatherer.feed([usage(at=10, limit_bytes=8 * GIB), new], at_s=BEGIN + 10)
    # the machine's whole memory is no limit
    assert gatherer.newest == {ONE: Figure(0, 1024, 0), OTHER: Figure(2000, 7, GIB)}


def test_one_that_was_missing_in_a_line_is_not_taken_for_new() -> None:
    """Its counter is of hours, and would be read as the use of ten seconds."""
    gatherer = Gatherer()
    gatherer.cpus = 2
    gatherer.feed([usage()], at_s=BEGIN)
    hours = usage(OTHER, at=10, cpu_ns=3600 * 10**9)
    gatherer.feed([usage(at=10), hours], at_s=BEGIN + 10)
    assert gatherer.newest is not None
    assert OTHER not in gatherer.newest


@pytest.fixture
def rows(endpoint: Endpoint) -> Endpoint:
    now = timezone.now()
    for podman_id in (ONE, OTHER):
        Container.objects.create(
            endpoint=endpoint,
            podman_id=podman_id,
            name=podman_id[:3],
            state="running",
            digest="",
            seen_at=now,
            changed_at=now,
        )
    return endpoint


def known() -> dict[str, tuple[int, int, int]]:
    return {
        row.container.podman_id: (row.cpu, row.memory_bytes, row.limit_bytes)
        for row in ContainerFigures.objects.select_related("container")
    }


def test_rows_are_written_changed_and_taken_away(rows: Any) -> None:
    first = FigureChanges(
        {ONE: Figure(1, 2, 3), OTHER: Figure(4, 5, 0), "f" * 64: Figure(1, 1, 1)}, [], True
    )
    assert save_figures(rows.pk, first) == 2
    assert known() == {ONE: (1, 2, 3), OTHER: (4, 5, 0)}
    save_figures(rows.pk, FigureChanges({ONE: Figure(2**63, 7, 0)}, [OTHER], False))
    assert known() == {ONE: (2**63 - 1, 7, 0)}
    # a new link does not know what the one before it left
    save_figures(rows.pk, FigureChanges({OTHER: Figure(4, 5, 0)}, [], True))
    assert known() == {OTHER: (4, 5, 0)}


def test_a_host_that_goes_away_leaves_no_figures_behind(rows: Endpoint) -> None:
    save_figures(rows.pk, FigureChanges({ONE: Figure(1, 2, 3)}, [], True))
    states.write_endpoint_status([rows.pk], states.Status("degraded", "slow"))(WriteBatch())
    assert known()
    states.write_endpoint_status([rows.pk], states.Status("away", "refused"))(WriteBatch())
    assert known() == {}
