"""Database triggers that refuse to change or delete entries, in SQL for each database.

A migration that alters audit_entry rebuilds the table on SQLite, so it must `install` again.
"""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

_TABLES = ["audit_entry", "audit_checkpoint"]

_DROPPABLE = """EXISTS (SELECT 1 FROM audit_segment WHERE number = OLD.segment
    AND closed_at IS NOT NULL AND signature <> '' AND exported_at IS NOT NULL)"""

SQLITE = {
    "audit_entry_kept": """CREATE TRIGGER audit_entry_kept BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END""",
    "audit_entry_stays": f"""CREATE TRIGGER audit_entry_stays BEFORE DELETE ON audit_entry
        WHEN NOT {_DROPPABLE}
        BEGIN SELECT RAISE(ABORT, 'only a closed, signed, exported audit segment may go'); END""",
    # INSERT OR REPLACE deletes without firing a delete trigger
    "audit_entry_new": """CREATE TRIGGER audit_entry_new BEFORE INSERT ON audit_entry
        WHEN EXISTS (SELECT 1 FROM audit_entry WHERE number = NEW.number)
        BEGIN SELECT RAISE(ABORT, 'audit entries are never replaced'); END""",
    "audit_checkpoint_kept": """CREATE TRIGGER audit_checkpoint_kept BEFORE UPDATE
        ON audit_checkpoint
        BEGIN SELECT RAISE(ABORT, 'checkpoints are never changed'); END""",
    "audit_checkpoint_stays": """CREATE TRIGGER audit_checkpoint_stays BEFORE DELETE
        ON audit_checkpoint
        BEGIN SELECT RAISE(ABORT, 'checkpoints are never removed'); END""",
}
POSTGRES_FUNCTIONS = {
    "audit_entry_refuse": f"""CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND {_DROPPABLE} THEN RETURN OLD; END IF;
            RAISE EXCEPTION 'audit entries are never changed,'
                ' and only a closed, signed, exported segment may go';
        END $$ LANGUAGE plpgsql""",
    "audit_refuse": """CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger AS $$
        BEGIN RAISE EXCEPTION '% of % is refused: the audit log only grows', TG_OP, TG_TABLE_NAME;
        END $$ LANGUAGE plpgsql""",
}
POSTGRES = {
    "audit_entry_kept": ("audit_entry", "UPDATE OR DELETE", "ROW", "audit_entry_refuse"),
    "audit_entry_whole": ("audit_entry", "TRUNCATE", "STATEMENT", "audit_refuse"),
    "audit_checkpoint_kept": ("audit_checkpoint", "UPDATE OR DELETE", "ROW", "audit_refuse"),
    "audit_checkpoint_whole": ("audit_checkpoint", "TRUNCATE", "STATEMENT", "audit_refuse"),
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Create all triggers. Existing ones are replaced."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in SQLITE.values():
                cursor.execute(statement)
            return
        for statement in POSTGRES_FUNCTIONS.values():
            cursor.execute(statement)
        for name, (table, when, scope, function) in POSTGRES.items():
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE {when} ON {table}"
                f" FOR EACH {scope} EXECUTE FUNCTION {function}()"
            )


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop all triggers, for undoing the migration and for tests that empty the tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            return
        for name, (table, _when, _scope, _function) in POSTGRES.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers that differ from `install`, each with what is wrong. They are missing, disabled or changed,
    or foreign ones on the log's tables.
    """
    found = _of_sqlite(connection) if connection.vendor == "sqlite" else _of_postgres(connection)
    expected = SQLITE if connection.vendor == "sqlite" else POSTGRES
    wrong = [_("%s is missing") % name for name in expected if name not in found]
    return wrong + [f"{name} {words}" for name, words in sorted(found.items()) if words]


def _of_sqlite(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """What is wrong with each trigger, by name. "" where it is as it should be."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s)",
            _TABLES,
        )
        rows = cursor.fetchall()
    return {
        name: _difference(_flat(SQLITE[name]), _flat(sql)) if name in SQLITE else _foreign()
        for name, sql in rows
    }


def _of_postgres(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """As for SQLite, with the functions that the triggers call."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, relname, tgtype, tgenabled IN ('O', 'A'), tgqual IS NULL"
            " AND tgattr::text = '', proname, prosrc FROM pg_trigger"
            " JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE relname IN (%s, %s) AND pg_table_is_visible(pg_class.oid) AND NOT tgisinternal",
            _TABLES,
        )
        rows = cursor.fetchall()
        cursor.execute("SHOW session_replication_role")
        [role] = cursor.fetchone()
    found = {}
    for name, table, kind, enabled, whole, function, body in rows:
        if name not in POSTGRES:
            found[name] = _foreign()
            continue
        present = (table, kind, bool(whole), function, _flat(body))
        found[name] = _("is disabled") if not enabled else _difference(_expected(name), present)
    if role != "origin":
        found["session_replication_role"] = _("is %s, which disables all of them") % role
    return found


def _expected(name: str) -> tuple[str, int, bool, str, str]:
    """What pg_trigger and pg_proc should have for a trigger."""
    table, when, scope, function = POSTGRES[name]
    bits = {"UPDATE": 16, "DELETE": 8, "TRUNCATE": 32}  # pg_trigger.h; 2: BEFORE, 1: each row
    kind = 2 + (scope == "ROW") + sum(bits[word] for word in when.split(" OR "))
    body = POSTGRES_FUNCTIONS[function].split("$$")[1]
    return table, kind, True, function, _flat(body)


def _difference(should: object, there: object) -> str:
    return "" if should == there else _("has another body than it should")


def _foreign() -> str:
    return _("is not one of Haulout's")


def _flat(sql: str) -> str:
    return " ".join(sql.split())
