"""Segments: closed, exported, dropped, and the chain holds across what is gone."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import transaction

from audit import segments
from audit.checkpoints import checkpoint
from audit.models import Entry, Segment
from audit.shapes import Who
from audit.sinks import FileSink, pump
from audit.verify import verify
from tests.audit.forge import Forger

pytestmark = pytest.mark.django_db


def test_closing_opens_the_next(fill: Callable[[int], None], alice: Who) -> None:
    fill(6)
    closed: Any = segments.close(alice)
    fill(3)
    assert Entry.objects.get(pk=closed.last).verb == "audit.close"
    assert Entry.objects.get(pk=closed.last + 1).segment == closed.number + 1
    assert verify().ok


def test_an_export_holds_the_exact_bytes(
    fill: Callable[[int], None], alice: Who, data: Path
) -> None:
    fill(6)
    closed = segments.close(alice)
    path = segments.export(closed.number, data / "out")
    lines = path.read_bytes().splitlines()
    stored = Entry.objects.order_by("number").values_list("canonical", flat=True)
    assert lines == [bytes(line) for line in stored]
    assert orjson.loads(lines[-1])["number"] == closed.last
    assert [file.name for file in (data / "out").iterdir()] == [path.name]


def test_dropped_entries_leave_a_sound_log(
    fill: Callable[[int], None], alice: Who, data: Path
) -> None:
    fill(6)
    checkpoint()
    closed = segments.close(alice)
    path = segments.export(closed.number, data / "out")
    fill(4)
    assert segments.drop(alice, closed.number, path) == closed.last
    assert not Entry.objects.filter(number__lte=closed.last).exists()
    report = verify()
    assert report.ok, report.words
    assert report.count == Entry.objects.count()


def test_two_dropped_in_a_row(fill: Callable[[int], None], alice: Who, data: Path) -> None:
    for _ in range(2):
        fill(6)
        closed = segments.close(alice)
        segments.drop(alice, closed.number, segments.export(closed.number, data / "out"))
    report = verify()
    assert report.ok, report.words


def test_nothing_is_dropped_without_its_whole_export(
    fill: Callable[[int], None], alice: Who, data: Path
) -> None:
    fill(6)
    with pytest.raises(segments.NotReady):
        segments.export(1, data / "out")
    closed = segments.close(alice)
    with pytest.raises(segments.NotReady):
        segments.drop(alice, closed.number, data / "nothing")
    path = segments.export(closed.number, data / "out")
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(segments.NotReady, match="Export it again"):
        segments.drop(alice, closed.number, path)
    assert Entry.objects.filter(segment=closed.number).count() == closed.last


def test_a_forged_segment_row_does_not_excuse_a_gap(
    fill: Callable[[int], None], alice: Who, data: Path
) -> None:
    fill(6)
    closed = segments.close(alice)
    segments.drop(alice, closed.number, segments.export(closed.number, data / "out"))
    Segment.objects.filter(pk=closed.number).update(signature="ab" * 64)
    report = verify()
    assert (report.ok, report.kind, report.first_bad) == (False, "signature", 1)


@pytest.fixture
def ready(fill: Callable[[int], None], alice: Who, data: Path) -> tuple[Segment, Path]:
    """A closed and exported segment, and entries after it."""
    fill(20)
    closed = segments.close(alice)
    path = segments.export(closed.number, data / "out")
    fill(4)
    return closed, path


def test_what_the_file_has_not_been_told_stays(
    ready: tuple[Any, Path], alice: Who, data: Path, settings
) -> None:
    closed, path = ready
    settings.HAULOUT_AUDIT_FILE = str(data / "told.jsonl")
    sink = FileSink(data / "told.jsonl")
    pump(sink, limit=closed.last - 1)
    with pytest.raises(segments.NotReady, match=f"up to {closed.last - 1} only"):
        segments.drop(alice, closed.number, path)
    assert Entry.objects.filter(segment=closed.number).count() == closed.last
    pump(sink)
    assert segments.drop(alice, closed.number, path) == closed.last


def test_ended_in_between_it_goes_on_and_the_log_is_sound_meanwhile(
    ready: tuple[Any, Path], alice: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, path = ready
    monkeypatch.setattr(segments, "DROP_CHUNK", 7)
    real, chunks = transaction.atomic, []

    class Ended(Exception):
        pass

    def ending(**given: Any) -> Any:
        if not given:
            # the first is that of the entry
            chunks.append(1)
            if len(chunks) == 4:
                raise Ended
        return real(**given)

    with monkeypatch.context() as patched:
        patched.setattr(transaction, "atomic", ending)
        with pytest.raises(Ended):
            segments.drop(alice, closed.number, path)
    left = Entry.objects.filter(segment=closed.number).count()
    assert left == closed.last - 14
    assert verify().ok, verify().words
    assert segments.drop(alice, closed.number, path) == left
    assert verify().ok, verify().words
    assert Entry.objects.filter(verb="audit.drop").count() == 1
    with pytest.raises(segments.NotReady, match="dropped before"):
        segments.drop(alice, closed.number, path)


def test_what_is_left_of_a_dropped_one_is_still_looked_at(
    ready: tuple[Any, Path], alice: Who
) -> None:
    closed, _path = ready
    forger = Forger(random.Random(9))
    Segment.objects.filter(pk=closed.number).update(dropped_at=closed.closed_at)
    Entry.objects.filter(number__lte=5).delete()
    assert verify().ok, verify().words
    forger.begin()
    forger.edit(9)
    forger.rechain(9)
    forger.done()
    report = verify()
    assert (report.ok, report.kind) == (False, "rewritten")
