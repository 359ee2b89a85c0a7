"""A transaction on SQLite waits for the write lock briefly and often, and gives up in time."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from dashboard.databases import database
from dashboard.sqlite3.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


def open_database(path: Path, *, timeout_s: float) -> DatabaseWrapper:
    settings = {**connection.settings_dict, **database("", path)}
    settings["OPTIONS"] = {**settings["OPTIONS"], "timeout": timeout_s}
    return DatabaseWrapper(settings, alias="waiting")


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    held = sqlite3.connect(tmp_path / "x.sqlite3", isolation_level=None, check_same_thread=False)
    held.execute("PRAGMA journal_mode=WAL")
    held.execute("CREATE TABLE x (y)")
    held.execute("BEGIN IMMEDIATE")
    yield held
    held.close()


def test_gives_up_after_its_timeout(holder: sqlite3.Connection, tmp_path: Path) -> None:
    waiting = open_database(tmp_path / "x.sqlite3", timeout_s=0.2)
    waiting.ensure_connection()
    before = time.monotonic()
    with pytest.raises(OperationalError, match="locked"):
        waiting._start_transaction_under_autocommit()
    assert 0.2 <= time.monotonic() - before < 2
    # statements outside of a transaction wait as they did
    assert waiting.connection.execute("PRAGMA busy_timeout").fetchone() == (200,)
    waiting.close()


def test_begins_when_the_lock_is_free(holder: sqlite3.Connection, tmp_path: Path) -> None:
    waiting = open_database(tmp_path / "x.sqlite3", timeout_s=20)
    waiting.ensure_connection()
    release = threading.Timer(0.1, holder.execute, ["COMMIT"])
    release.start()
    waiting._start_transaction_under_autocommit()
    assert waiting.connection.in_transaction
    release.join()
    waiting.connection.execute("ROLLBACK")
    waiting.close()
