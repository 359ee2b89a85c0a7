"""Whether the tables are those of this version: a newer one's are refused, older ones waited for."""

import contextlib
import logging
import time

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from dashboard.bootstrap.errors import StartError

log = logging.getLogger(__name__)
LOOKS_EVERY_S = 1.0
_OURS = frozenset({"audit", "accounts", "hosts", "dashboard"})


def refuse_newer() -> None:
    """StartError when the database has changes that this version does not know. DatabaseError."""
    _refuse_newer()


def wait_for_setup() -> None:
    """Wait until `manage.py setup` or an `up` has made the tables: a compose tool starts services
    in any order. StartError as above. One whose database is away goes on: it waits for it.
    """
    said = False
    with contextlib.suppress(DatabaseError):
        while missing := _refuse_newer():
            if not said:
                words = (
                    "waiting for `manage.py setup`: the database lacks %d changes of this version"
                )
                log.warning(words, missing)
                said = True
            time.sleep(LOOKS_EVERY_S)
    connection.close()


def _refuse_newer() -> int:
    """How many changes of this version the database lacks."""
    # without Django's graph: with some of what a squashed migration stands for it cannot be made
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    known, applied = loader.disk_migrations, MigrationRecorder(connection).applied_migrations()
    stands_for = {key: [tuple(one) for one in known[key].replaces] for key in known}
    named = {*known, *(one for those in stands_for.values() for one in those)}
    unknown = sorted(one for one in applied if one[0] in _OURS and one not in named)
    if unknown:
        app, name = unknown[-1]
        raise StartError(
            f"the database was changed by a newer Haulout (it has {app} {name}, and {len(unknown)} such"
            " changes in all): run that version, or put back the copy that was made before the update"
            " (DATA/copies, or your own of PostgreSQL)"
        )
    lacking = 0
    for key, those in stands_for.items():
        there = sum(one in applied for one in those)
        if key in applied or (those and there == len(those)):
            continue
        if there and key[0] in _OURS:
            app, name = key
            raise StartError(
                f"the database is too old for this version: it has {there} of the {len(those)} changes"
                f" that {app} {name} stands for. Run `manage.py setup` of the commit before"
                f" {app}/migrations/{name}.py came (git log finds it), then that of this version"
            )
        lacking += 1
    return lacking
