"""Triggers by which the database itself refuses to change or drop entries, in SQL per vendor.

A later migration that alters audit_entry rebuilds the table on SQLite: it must `install` again.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

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
    """Create all triggers; those that are there are made anew."""
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
    """Drop all triggers: for undoing the migration, and for tests that empty the tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            return
        for name, (table, _when, _scope, _function) in POSTGRES.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that should be there and are not (or are switched off)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            expected = list(SQLITE)
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")
            expected = list(POSTGRES)
        present = {row[0] for row in cursor.fetchall()}
    return [name for name in expected if name not in present]
