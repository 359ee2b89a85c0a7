"""The database itself refuses to change, replace or drop entries and checkpoints."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from audit import triggers
from audit.checkpoints import checkpoint
from audit.models import Checkpoint, Entry, Segment

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
