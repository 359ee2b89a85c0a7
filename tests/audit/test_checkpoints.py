"""Checkpoints: when they are due, where they stand, and that a half-written line does no harm."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from audit import keys, write
from audit.checkpoints import (
    MAX_AGE,
    MAX_ENTRIES,
    CheckpointMark,
    checkpoint,
    checkpoint_if_due,
    marks_inside,
    marks_outside,
)
from audit.models import Entry
from audit.shapes import Target, Who

pytestmark = pytest.mark.django_db


def test_an_empty_log_needs_none(data: Path) -> None:
    assert checkpoint_if_due() is None
    assert not (data / "audit").exists()


def test_the_same_line_stands_inside_and_outside(fill: Callable[[int], None], data: Path) -> None:
    fill(5)
    made = checkpoint_if_due()
    assert made.number == Entry.objects.count()
    assert list(marks_inside()) == list(marks_outside())
    assert all(mark.holds(keys.public_key()) for mark in marks_inside())
    assert (data / "audit" / "checkpoints.jsonl").stat().st_mode & 0o777 == 0o600


def test_due_by_age_only_with_news(fill: Callable[[int], None]) -> None:
    fill(5)
    checkpoint_if_due()
    later = timezone.now() + MAX_AGE
    assert checkpoint_if_due(now=later) is None
    fill(2)
    assert checkpoint_if_due() is None
    assert checkpoint_if_due(now=later).number == Entry.objects.count()


def test_due_by_count(fill: Callable[[int], None], alice: Who, web: Target) -> None:
    fill(5)
    checkpoint_if_due()
    write.intents([write.IntentItem(alice, "container.stop", web)] * (MAX_ENTRIES - 1))
    assert checkpoint_if_due() is None
    write.event(alice, "session.sign_in", web)
    assert checkpoint_if_due().number == Entry.objects.count()


def test_a_clock_set_back_does_not_stop_it(fill: Callable[[int], None]) -> None:
    fill(5)
    checkpoint_if_due()
    fill(2)
    assert checkpoint_if_due(now=timezone.now() - timedelta(hours=1)) is not None


def test_half_a_line_is_left_out_and_then_replaced(fill: Callable[[int], None], data: Path) -> None:
    path = data / "audit" / "checkpoints.jsonl"
    fill(5)
    checkpoint()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert len(list(marks_outside())) == 1
    fill(2)
    checkpoint()
    assert [type(mark) for mark in marks_outside()] == [CheckpointMark, CheckpointMark]
    assert path.read_bytes().startswith(whole)


def test_a_lost_key_is_not_replaced_in_silence(fill: Callable[[int], None], data: Path) -> None:
    fill(5)
    checkpoint()
    (data / "keys" / "checkpoint.key").unlink()
    with pytest.raises(keys.KeyMissing, match=r"checkpoint\.key"):
        checkpoint()


def test_keys_are_made_once(data: Path) -> None:
    before = {path.name: path.read_bytes() for path in (data / "keys").iterdir()}
    keys.make_keys(data / "keys")
    assert {path.name: path.read_bytes() for path in (data / "keys").iterdir()} == before
    assert sorted(before) == ["audit_hash.key", "checkpoint.key", "checkpoint.pub"]
    assert {p.stat().st_mode & 0o777 for p in (data / "keys").iterdir()} == {0o600}
