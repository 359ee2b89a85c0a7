"""Verifying a sound log: counts, resuming, lost helpers; the forgeries are in test_mutants."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from django.db import connection

from audit import triggers, write
from audit import verify as verifying
from audit.checkpoints import checkpoint
from audit.models import Entry, Head
from audit.shapes import Target, Who
from audit.verify import verify
from tests.audit.forge import Forger, sql

pytestmark = pytest.mark.django_db


def test_an_empty_log_is_sound() -> None:
    report = verify()
    assert (report.ok, report.count) == (True, 0)


def test_every_entry_is_counted(fill: Callable[[int], None]) -> None:
    fill(30)
    report = verify()
    assert (report.ok, report.count, report.last) == (True, Entry.objects.count(), report.count)


def test_more_than_one_chunk(fill: Callable[[int], None], alice: Who, web: Target) -> None:
    write.intents([write.IntentItem(alice, "container.stop", web)] * 5001)
    fill(2)
    assert verify().count == Entry.objects.count()


def test_whole_seconds_verify_as_well(fill: Callable[[int], None]) -> None:
    """SQLite leaves out the digits of a second when they are zero."""
    fill(6)
    forger = Forger(random=Random())
    forger.begin()
    moment = "2026-01-02 03:04:05" + ("+00" if connection.vendor == "postgresql" else "")
    sql("UPDATE audit_entry SET at = %s", moment)
    forger.rechain(1)
    forger.done()
    report = verify()
    assert report.ok, report.words


def test_resuming_looks_only_at_what_is_new(fill: Callable[[int], None]) -> None:
    fill(20)
    since = Entry.objects.count() - 7
    report = verify(since)
    assert (report.ok, report.count) == (True, 7), report.words


@pytest.mark.parametrize("since", range(1, 12))
def test_resuming_between_an_intent_and_its_end(fill: Callable[[int], None], since: int) -> None:
    fill(12)
    assert verify(since).ok


def test_resuming_after_an_entry_that_is_not_there(fill: Callable[[int], None]) -> None:
    fill(4)
    report = verify(99)
    assert (report.kind, report.first_bad) == ("missing", 99)


def test_missing_triggers_are_told(fill: Callable[[int], None]) -> None:
    fill(4)
    triggers.remove(connection)
    report = verify()
    assert (report.ok, report.kind, report.first_bad) == (False, "triggers", None)
    assert "audit_entry_kept" in report.words
    triggers.install(connection)


def test_a_lost_head_is_told(fill: Callable[[int], None]) -> None:
    fill(4)
    Head.objects.all().delete()
    assert verify().kind == "head"


def test_without_the_public_key_no_checkpoint_counts(
    fill: Callable[[int], None], data: Path
) -> None:
    fill(4)
    number = checkpoint().number
    for name in ("checkpoint.key", "checkpoint.pub"):
        (data / "keys" / name).unlink()
    report = verify()
    assert (report.kind, report.first_bad) == ("signature", number)


def test_what_was_found_is_kept(fill: Callable[[int], None]) -> None:
    fill(4)
    kept = verifying.save_report(verify())
    assert (kept.ok, kept.number, kept.since) == (True, Entry.objects.count(), 0)
