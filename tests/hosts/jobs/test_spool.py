"""What could not be written is merged once and whole: beside an owner that writes, and one that is killed."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import DatabaseError

from hosts.jobs import spool
from hosts.jobs.outcome import Outcome
from hosts.jobs.spool import Spool, merge_all
from tests.stack import CHECKOUT

OWNER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
import django
django.setup()
from pathlib import Path
from hosts.jobs.outcome import Outcome
from hosts.jobs.spool import Spool

kept = Spool(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    kept.keep([Outcome(number, 1, "ok", output="x" * 5000), Outcome(number + 1, 1, "ok")])
    print(number, number + 1, flush=True)
    number += 2
"""


@pytest.fixture
def merged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs whose outcomes reached the database."""
    found: list[int] = []

    def write(outcomes: list[Outcome]) -> int:
        found.extend(outcome.job_id for outcome in outcomes)
        return len(outcomes)

    monkeypatch.setattr(spool, "write_outcomes", write)
    return found


def outcome(number: int) -> Outcome:
    return Outcome(number, 1, "ok", result={"text": "ü\u2028"}, error="words")


def test_what_is_kept_is_merged_once(tmp_path: Path, merged: list[int]) -> None:
    Spool(tmp_path / "spool" / "1.jsonl").keep([outcome(1), outcome(2)])
    Spool(tmp_path / "spool" / "2.jsonl").keep([outcome(3)])
    assert merge_all(tmp_path / "spool") == 3
    assert merge_all(tmp_path / "spool") == 0
    assert merged == [1, 2, 3]
    assert list((tmp_path / "spool").iterdir()) == []


def test_what_its_owner_adds_during_a_merge_is_not_removed(
    tmp_path: Path, merged: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Spool(tmp_path / "1.jsonl")
    kept.keep([outcome(1)])
    write = spool.write_outcomes  # type: ignore[attr-defined]

    def slow(outcomes: list[Outcome]) -> int:
        kept.keep([outcome(2)])
        return write(outcomes)

    with monkeypatch.context() as patched:
        patched.setattr(spool, "write_outcomes", slow)
        kept.merge()
    assert merged == [1]
    merge_all(tmp_path)
    assert merged == [1, 2]


def test_a_database_that_is_away_again_loses_nothing(
    tmp_path: Path, merged: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_outcomes: list[Outcome]) -> int:
        raise DatabaseError("gone")

    kept = Spool(tmp_path / "1.jsonl")
    kept.keep([outcome(1)])
    with monkeypatch.context() as patched:
        patched.setattr(spool, "write_outcomes", away)
        with pytest.raises(DatabaseError):
            merge_all(tmp_path)
    kept.keep([outcome(2)])
    merge_all(tmp_path)
    assert sorted(merged) == [1, 2]


def test_half_a_line_spoils_no_other(tmp_path: Path, merged: list[int]) -> None:
    path = tmp_path / "1.jsonl"
    path.write_bytes(json.dumps(outcome(1).as_dict()).encode()[:30])
    Spool(path).keep([outcome(2)])
    with path.open("ab") as file:
        file.write(b'[1, 2]\n\xff\xfe\n{"job_id": 3}\n')
    merge_all(tmp_path)
    assert merged == [2]


def test_owners_killed_while_others_merge(tmp_path: Path, merged: list[int]) -> None:
    """What `keep` returned for is merged, wherever its owner was ended and whoever merged meanwhile."""
    folder = tmp_path / "spool"
    said: list[int] = []
    for life in range(3):
        words = [sys.executable, "-c", OWNER, str(folder / "7.jsonl"), str(life * 1_000_000)]
        with subprocess.Popen(words, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as owner:
            assert owner.stdout is not None
            ends = time.monotonic() + 60
            lines = 0
            while lines < 100 and time.monotonic() < ends:
                said += [int(word) for word in owner.stdout.readline().split()]
                lines += 1
                merge_all(folder)
            owner.send_signal(signal.SIGKILL)
            rest = owner.stdout.read().rpartition("\n")[0]
            said += [int(word) for word in rest.split()]
    merge_all(folder)
    assert len(said) >= 600
    assert set(said) <= set(merged)
    assert len(merged) == len(set(merged))
    assert list(folder.iterdir()) == []
