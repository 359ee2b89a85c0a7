"""A database that a newer Haulout has changed is noticed before anything is done with it by old rules."""

import contextlib

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from dashboard.bootstrap.trouble import Trouble

_OURS = frozenset({"audit", "accounts", "hosts", "dashboard"})


def refuse_newer() -> None:
    """Trouble when the database has changes that this version does not know. DatabaseError."""
    loader = MigrationLoader(connection)
    known = loader.disk_migrations
    unknown = sorted(
        one for one in loader.applied_migrations if one[0] in _OURS and one not in known
    )
    if unknown:
        app, name = unknown[-1]
        raise Trouble(
            f"the database was changed by a newer Haulout (it has {app} {name}, and {len(unknown)} such"
            " changes in all): run that version, or put back the copy that was made before the update"
            " (DATA/copies, or your own of PostgreSQL)"
        )


def refuse_newer_alone() -> None:
    """As above, for a process that nobody prepared. One whose database is away goes on: it waits for it."""
    with contextlib.suppress(DatabaseError):
        refuse_newer()
    connection.close()
