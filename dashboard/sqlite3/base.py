"""Django's SQLite backend with a fairer wait for the one write lock.

SQLite's own busy handler sleeps 1, 2, 5, 10 … 100 ms. With four writing processes one in a hundred
waits 100 ms for a lock held for one.
"""

import random
import sqlite3
import time
from typing import Any
from urllib.parse import quote

from django.db.backends.sqlite3 import base

FIRST_STEP_S = 0.0003
LONGEST_STEP_S = 0.005


class DatabaseWrapper(base.DatabaseWrapper):
    """Begins its transactions by asking often and briefly, up to the `timeout` of OPTIONS.

    With `must_exist` no missing file is made: from then on everybody would use the empty one.
    """

    def get_connection_params(self) -> dict[str, Any]:
        """As Django's, without SQLite's own readiness to make a file."""
        found: dict[str, Any] = super().get_connection_params()
        if found.pop("must_exist", False):
            found["database"] = f"file:{quote(str(found['database']))}?mode=rw"
        return found

    def _start_transaction_under_autocommit(self) -> None:
        connection = self.connection
        timeout_s = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        mode = self.settings_dict["OPTIONS"].get("transaction_mode") or ""
        deadline = time.monotonic() + timeout_s
        step_s = FIRST_STEP_S
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            with self.wrap_database_errors:
                while True:
                    try:
                        connection.execute(f"BEGIN {mode}")
                        return
                    except sqlite3.OperationalError as exc:
                        busy = exc.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                        if not busy or time.monotonic() > deadline:
                            raise
                    # not in step with the others who wait
                    time.sleep(step_s * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
                    step_s = min(step_s * 1.2, LONGEST_STEP_S)
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(timeout_s * 1000)}")
