"""A start after an update copies the database before it changes it."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.stack import CHECKOUT, clean_environment


def manage(data: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), *words],
        cwd=CHECKOUT,
        env=clean_environment(HAULOUT_DATA=str(data)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """(data folder, what the first `setup` on it said, what the second one said)."""
    data = tmp_path_factory.mktemp("update") / "data"
    first = manage(data, "setup")
    assert not (data / "copies").exists()
    return data, first, manage(data, "setup")


def test_pending_migrations_mean_a_copy_first(told: tuple[Path, str, str]) -> None:
    data, first, second = told
    assert "making the database" in first
    assert "database" not in second  # nothing pending, nothing copied

    # back to where an older version left it: an empty table and its migration undone
    manage(data, "migrate", "mfa", "0001", "--verbosity=0")
    out = manage(data, "setup")
    copies = list((data / "copies").glob("*.sqlite3"))
    assert len(copies) == 1
    assert str(copies[0]) in out
    with closing(sqlite3.connect(copies[0])) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        applied = copy.execute("SELECT name FROM django_migrations WHERE app='mfa'").fetchall()
    assert applied == [("0001_initial",)]  # as it was before the change


def test_static_files_are_collected_only_when_changed(told: tuple[Path, str, str]) -> None:
    _data, first, second = told
    assert "collecting" in first
    assert "collecting" not in second
