"""The database itself refuses to change, replace or drop entries and checkpoints."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from audit import triggers
from audit.checkpoints import checkpoint
from audit.models import Checkpoint, Entry, Segment
from audit.verify import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(fill: Callable[[int], None]) -> None:
    fill(9)
    checkpoint()


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET detail = 'x' WHERE number = 2",
        "UPDATE audit_entry SET detail = detail",
        "DELETE FROM audit_entry WHERE number = 9",
        "DELETE FROM audit_entry",
        "UPDATE audit_checkpoint SET number = 1",
        "DELETE FROM audit_checkpoint",
    ],
)
def test_changes_are_refused(written: None, statement: str) -> None:
    before = list(Entry.objects.values_list())
    refused(statement)
    assert list(Entry.objects.values_list()) == before
    assert Checkpoint.objects.count() == 1


def test_whole_tables_cannot_be_emptied(written: None) -> None:
    if connection.vendor == "sqlite":  # SQLite's way to delete behind a trigger's back
        refused("INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE number = 3")
    else:
        refused("TRUNCATE audit_entry")
        refused("TRUNCATE audit_checkpoint")
    assert Entry.objects.count() >= 9


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"closed_at": "2026-01-01T00:00:00Z"},
        {"closed_at": "2026-01-01T00:00:00Z", "signature": "ab"},
        {"closed_at": "2026-01-01T00:00:00Z", "exported_at": "2026-01-01T00:00:00Z"},
    ],
)
def test_a_segment_must_be_closed_signed_and_exported(written: None, given: dict) -> None:
    Segment.objects.update(**given)
    refused("DELETE FROM audit_entry WHERE number = 1")


def test_a_second_outcome_is_refused_by_the_database_too(written: None) -> None:
    columns = ", ".join(
        f'"{field.column}"' for field in Entry._meta.concrete_fields if field.name != "number"
    )
    refused(
        f"INSERT INTO audit_entry (number, {columns})"
        f" SELECT 1000, {columns} FROM audit_entry WHERE kind = 'outcome' AND intent = 1"
    )


def test_missing_triggers_are_named(written: None) -> None:
    assert triggers.missing(connection) == []
    triggers.remove(connection)
    assert len(triggers.missing(connection)) >= 4
    triggers.install(connection)
    assert triggers.missing(connection) == []


NO_OPS = {
    "sqlite": [
        "DROP TRIGGER audit_entry_kept",
        "CREATE TRIGGER audit_entry_kept BEFORE UPDATE ON audit_entry BEGIN SELECT 1; END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger AS"
        " $$ BEGIN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
    ],
}
ONLY_SOMETIMES = {
    "sqlite": [
        "DROP TRIGGER audit_entry_kept",
        triggers.SQLITE["audit_entry_kept"].replace("BEGIN", "WHEN OLD.number = 0 BEGIN"),
    ],
    "postgresql": [
        "DROP TRIGGER audit_entry_kept ON audit_entry",
        "CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW"
        " WHEN (OLD.number = 0) EXECUTE FUNCTION audit_entry_refuse()",
    ],
}
ONE_MORE = {
    "sqlite": [
        "CREATE TRIGGER helper BEFORE INSERT ON audit_entry WHEN NEW.who_name = 'Mallory'"
        " BEGIN SELECT RAISE(IGNORE); END"
    ],
    "postgresql": [
        "CREATE FUNCTION helper() RETURNS trigger AS $$ BEGIN RETURN NULL; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER helper BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION helper()",
    ],
}


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (NO_OPS, "audit_entry_kept has another body"),
        (ONLY_SOMETIMES, "audit_entry_kept has another body"),
        (ONE_MORE, "helper is not one of Haulout's"),
    ],
)
def test_a_trigger_of_the_same_name_that_does_nothing_is_seen(
    written: None, statements: dict[str, list[str]], named: str
) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
    report = verify()
    assert (report.ok, report.kind) == (False, "triggers")
    assert named in report.words


def test_triggers_that_are_switched_off_are_seen(written: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no such switch")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ENABLE REPLICA TRIGGER audit_entry_kept")
        assert any("disabled" in words for words in triggers.missing(connection))
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_kept")
        cursor.execute("SET LOCAL session_replication_role = replica")
        assert any("session_replication_role" in words for words in triggers.missing(connection))
