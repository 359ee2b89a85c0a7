"""The cache in the database. It holds the limits on guessing: none is dropped early, and a write
that failed raises. Values are JSON. Django's own cache keeps pickles, and reading a pickle runs
code: who can write to the database could run code in web.

Django's own also keeps 300 keys and drops a third beyond that. Guessing at many accounts would so
remove the limits. And it takes a write that the database refused for a key that exists, which reads
as “too many tries”.
"""

import contextlib
import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router, transaction

# every so many writes, what is over goes; never the rows of a limit that still counts
SWEEP_EVERY = 50


class Cache(DatabaseCache):
    """As Django's, with one statement per write. Raises the database's own error."""

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(table, params)
        self.table = table

    def get_many(self, keys: Iterable[Any], version: Any = None) -> dict[Any, Any]:
        """The values that have not expired. A value that is no JSON counts as missing."""
        places = {self.make_and_validate_key(key, version=version): key for key in keys}
        if not places:
            return {}
        connection = connections[router.db_for_read(self.cache_model_class)]
        table = connection.ops.quote_name(self.table)
        now = connection.ops.adapt_datetimefield_value(datetime.now(UTC))
        marks = ", ".join(["%s"] * len(places))
        words = (
            f"SELECT cache_key, value FROM {table}"  # noqa: S608 - our own table, as below
            f" WHERE cache_key IN ({marks}) AND expires >= %s"
        )
        found = {}
        with connection.cursor() as cursor:
            cursor.execute(words, [*places, now])
            for place, kept in cursor.fetchall():
                with contextlib.suppress(ValueError, RecursionError):
                    found[places[place]] = json.loads(kept)
        return found

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """Keep `value` under `key`, whatever is there."""
        self._write(self.make_and_validate_key(key, version=version), value, timeout)

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """Keep `value` unless something is kept there whose time is not over; True when it was kept."""
        place = self.make_and_validate_key(key, version=version)
        return self._write(place, value, timeout, unless_kept="yes")

    def _write(self, place: str, value: Any, timeout: Any, *, unless_kept: str = "") -> bool:
        ends = self.get_backend_timeout(timeout)
        until = (
            datetime.max.replace(tzinfo=UTC)
            if ends is None
            else datetime.fromtimestamp(int(ends), UTC)
        )
        kept = json.dumps(value)
        database = router.db_for_write(self.cache_model_class)
        connection = connections[database]
        adapted = connection.ops.adapt_datetimefield_value
        now = adapted(datetime.now(UTC).replace(microsecond=0))
        table = connection.ops.quote_name(self.table)
        words = (
            f"INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s)"  # noqa: S608 - our own table
            " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
        )
        given = [place, kept, adapted(until.replace(microsecond=0))]
        if unless_kept:
            words += f" WHERE {table}.expires < %s"
            given.append(now)
        # a transaction for one statement: beginning one waits for its turn better than SQLite itself
        with transaction.atomic(using=database), connection.cursor() as cursor:
            if random.randrange(SWEEP_EVERY) == 0:  # noqa: S311 - no secret
                cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [now])  # noqa: S608
            cursor.execute(words, given)
            return bool(cursor.rowcount > 0)
