"""Before the children start: keys, a copy of the database when it will change, tables, static files."""

import datetime
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from audit import keys as audit_keys
from dashboard.bootstrap.errors import StartError
from dashboard.supervisor.tables import refuse_newer
from hosts import vault
from hosts.gate.sessions import host_key

Say = Callable[[str], None]
COPIES_KEPT = 5
# extensions that we do not load; some import a module that only a bundler would find
LEFT_OUT = ["django_htmx/ext/*"]


def everything(say: Say) -> None:
    """Make all that the children need. Errors of disk and database come through as they are."""
    make_keys()
    bring_tables_up_to_date(say)
    collect_static_files(say)


def make_keys() -> None:
    """Every key file that is not there yet, each 0600 in a 0700 folder."""
    settings.HAULOUT_KEYS.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.HAULOUT_KEYS.chmod(0o700)
    audit_keys.make_keys(settings.HAULOUT_KEYS)
    try:
        vault.make_keys(settings.HAULOUT_KEYS, settings.HAULOUT_VAULT_KEY_FILE)
    except vault.VaultError as exc:
        raise StartError(str(exc)) from exc
    host_key.make(settings.HAULOUT_KEYS)
    audit_keys.write_once(settings.HAULOUT_SIGNIN_KEY_FILE, secrets.token_hex(32))


def bring_tables_up_to_date(say: Say) -> None:
    """Migrate; an existing SQLite file is copied first (DATA/copies), the last five are kept.

    StartError where the database is a newer version's.
    """
    refuse_newer()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        if executor.loader.applied_migrations:
            say(f"updating the database: {len(plan)} changes")
            _copy_first(say)
        else:
            say("creating the database")
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def _copy_first(say: Say) -> None:
    if connection.vendor != "sqlite":
        say("  it is not a file of ours: `pg_dump` before an update keeps the way back open")
        return
    source = Path(str(connection.settings_dict["NAME"]))
    folder = settings.HAULOUT_DATA / "copies"
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    target = folder / f"haulout-{stamp}.sqlite3"
    draft = target.with_suffix(".part")
    draft.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(draft)) as new:
            old.backup(new)
        draft.chmod(0o600)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    say(f"  copied first to {target}")
    for old_copy in sorted(folder.glob("haulout-*.sqlite3"))[:-COPIES_KEPT]:
        old_copy.unlink()


def collect_static_files(say: Say) -> None:
    """Collect only when a source file or the way of collecting changed since the last time."""
    stamp_path = Path(settings.STATIC_ROOT) / ".haulout.json"
    now = _fingerprint_of_sources()
    try:
        before = json.loads(stamp_path.read_text()).get("sources")
    except (OSError, ValueError, AttributeError):
        before = None
    if before == now:
        return
    say("collecting static files")
    call_command(
        "collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=LEFT_OUT
    )
    stamp_path.write_text(json.dumps({"sources": now}))


def _fingerprint_of_sources() -> str:
    found = hashlib.sha256(repr((settings.STORAGES, settings.STATIC_URL)).encode())
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            info = Path(storage.path(name)).stat()
            found.update(f"{name} {info.st_size} {info.st_mtime_ns}\n".encode())
    return found.hexdigest()
