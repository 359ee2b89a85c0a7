"""`manage.py audit`: exit 0 and a count, or 1 with the first bad number and what is wrong."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry, Verification
from tests.audit.forge import Forger, sql

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("audit", *words, stdout=out)
    return out.getvalue()


def test_a_sound_log_is_counted(fill: Callable[[int], None]) -> None:
    fill(9)
    assert run("verify").startswith(f"{Entry.objects.count()} entries verified.")
    assert Verification.objects.get().ok


def test_a_bad_entry_is_named(fill: Callable[[int], None]) -> None:
    fill(9)
    forger = Forger(random=Random())
    forger.begin()
    sql("UPDATE audit_entry SET detail = 'nothing happened' WHERE number = 4")
    forger.done()
    with pytest.raises(CommandError, match=r"first bad entry: 4 \(edited\)") as caught:
        run("verify")
    assert caught.value.returncode == 1
    assert not Verification.objects.get().ok


def test_as_json(fill: Callable[[int], None]) -> None:
    fill(9)
    report = json.loads(run("verify", "--json", "--since", "3"))
    assert (report["ok"], report["count"]) == (True, Entry.objects.count() - 3)


def test_checkpoint(fill: Callable[[int], None]) -> None:
    assert "nothing to sign" in run("checkpoint")
    fill(3)
    assert f"entry {Entry.objects.count()}." in run("checkpoint")


def test_a_segment_is_put_away(fill: Callable[[int], None], tmp_path: Path) -> None:
    fill(6)
    assert "Closed segment 1" in run("close")
    path = run("export", "1", "--folder", str(tmp_path)).strip()
    assert Path(path).is_file()
    assert "Dropped" in run("drop", "1", path)
    assert "verified" in run("verify")


def test_a_segment_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no segment 9"):
        run("export", "9")
