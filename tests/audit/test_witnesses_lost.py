"""Checkpoints that are gone: rows, file or both. Verify fails, nothing is signed over it, and a person's word
begins anew.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.checkpoints import (
    MAX_AGE,
    FileLost,
    checkpoint,
    checkpoint_if_due,
    last_file,
    marks_inside,
    marks_outside,
    outside_file,
)
from audit.models import Checkpoint, Entry
from audit.upkeep import upkeep
from audit.verify import verify
from tests.audit.forge import Forger, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(fill: Callable[[int], None]) -> Forger:
    """Three checkpoints and an open tail, in the hands of somebody who has no key."""
    for size in (8, 8, 8):
        fill(size)
        checkpoint()
    fill(4)
    assert verify().ok
    return Forger(random.Random(7))


def forget_rows(forger: Forger) -> None:
    forger.begin()
    Checkpoint.objects.all().delete()
    forger.done()


def rewrite(forger: Forger) -> None:
    """Another history from entry 3 on, without a fault in itself."""
    forger.begin()
    sql("UPDATE audit_entry SET who_name = 'Mallory' WHERE number = 3")
    forger.rechain(1)
    forger.done()


def test_rewritten_with_rows_and_file_gone(log: Forger) -> None:
    forget_rows(log)
    outside_file().unlink()
    rewrite(log)
    with pytest.raises(CommandError) as caught:
        call_command("audit", "verify", stdout=StringIO())
    assert caught.value.returncode == 1
    assert "was signed, but is not in" in str(caught.value)


def test_rewritten_with_all_of_it_gone_while_there_should_be_one(log: Forger) -> None:
    forget_rows(log)
    outside_file().unlink()
    last_file().unlink()
    log.begin()
    later = Entry.objects.get(number=1).at + 2 * MAX_AGE + timedelta(seconds=1)
    Entry.objects.filter(number=Entry.objects.count()).update(at=later)
    log.rechain(1)
    log.done()
    report = verify()
    assert (report.ok, report.kind, report.first_bad) == (False, "checkpoints", 1)


def test_the_file_alone_is_gone(log: Forger) -> None:
    outside_file().unlink()
    last_file().unlink()
    report = verify()
    first = Checkpoint.objects.order_by("number").first().number
    assert (report.ok, report.kind, report.first_bad) == (False, "checkpoints", first)
    assert str(outside_file()) in report.words


def test_a_line_of_the_file_is_gone(log: Forger) -> None:
    lines = outside_file().read_bytes().splitlines(keepends=True)
    outside_file().write_bytes(b"".join(lines[1:]))
    assert (verify().kind, verify().first_bad) == ("checkpoints", Checkpoint.objects.first().number)


def test_the_rows_alone_are_gone(log: Forger) -> None:
    forget_rows(log)
    assert (verify().ok, verify().kind) == (False, "checkpoints")


def test_ended_between_the_file_and_the_row_is_no_fault(
    log: Forger, fill: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended(Exception):
        pass

    def end(**_values: object) -> None:
        raise Ended

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoint.objects, "create", end)
        with pytest.raises(Ended):
            checkpoint()
    assert verify().ok, verify().words
    fill(2)
    checkpoint()
    assert verify().ok, verify().words


def test_nothing_is_signed_where_the_last_one_is_not_in_the_file(log: Forger) -> None:
    forget_rows(log)
    outside_file().unlink()
    rewrite(log)
    with pytest.raises(FileLost, match="--anew"):
        checkpoint_if_due(now=timezone.now() + MAX_AGE)
    upkeep(now=timezone.now() + MAX_AGE)
    assert not Checkpoint.objects.exists()
    assert verify().kind == "checkpoints"


def test_a_person_begins_anew_and_the_log_says_who(log: Forger) -> None:
    outside_file().unlink()
    call_command("audit", "checkpoint", "--anew", stdout=StringIO())
    assert verify().ok, verify().words
    newest = Entry.objects.order_by("number").last()
    assert newest.verb == "audit.checkpoints_anew"
    assert "console" in newest.who_name
    assert list(marks_inside()) == list(marks_outside())
    assert len(list(marks_inside())) == 4


def test_anew_after_the_rows_or_all_of_it_were_lost(log: Forger) -> None:
    forget_rows(log)
    call_command("audit", "checkpoint", "--anew", stdout=StringIO())
    assert verify().ok, verify().words
    assert list(marks_inside()) == list(marks_outside())
    forget_rows(log)
    outside_file().unlink()
    call_command("audit", "checkpoint", "--anew", stdout=StringIO())
    assert verify().ok, verify().words
    assert len(list(marks_outside())) == 1


def test_anew_excuses_no_forgery(log: Forger) -> None:
    rewrite(log)
    call_command("audit", "checkpoint", "--anew", stdout=StringIO())
    assert verify().kind == "rewritten"


def test_the_last_one_is_for_the_owner_alone(log: Forger, data: Path) -> None:
    assert last_file().parent == data / "keys"
    assert last_file().stat().st_mode & 0o777 == 0o600
    last_file().write_bytes(b"not a checkpoint")
    assert verify().kind == "checkpoints"
