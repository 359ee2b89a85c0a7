"""Rows in plain SQL: a fleet's first inventory has 60,000, and the ORM takes 0.25 ms for each."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

_KEY = ("endpoint_id", "podman_id")


def upsert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or update those of the same endpoint and id. All have the same names.

    Names are attribute names (`endpoint_id`). Columns without a name keep their value; in a new row
    they take the field's default.
    """
    if not rows:
        return
    # the connection itself: a million look-ups through the proxy are slow
    connection = connections[DEFAULT_DB_ALIAS]
    names = tuple(rows[0])
    defaults = [f for f in _columns(model) if f.attname not in names]
    fields = [_field(model, name) for name in names]
    filled = [f.get_db_prep_save(f.get_default(), connection) for f in defaults]
    values = [
        [f.get_db_prep_save(row[f.attname], connection) for f in fields] + filled for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_statement(model, names), values)


@cache
def _statement(model: type[models.Model], names: tuple[str, ...]) -> str:
    quote = _quote
    defaults = [f.attname for f in _columns(model) if f.attname not in names]
    columns = [_column(model, name) for name in (*names, *defaults)]
    updated = [_column(model, name) for name in names if name not in _KEY]
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({_joined(columns)})"  # noqa: S608 - our names
        f" VALUES ({', '.join(['%s'] * len(columns))})"
        f" ON CONFLICT ({_joined(_KEY)}) DO UPDATE SET "
        + ", ".join(f"{quote(column)} = EXCLUDED.{quote(column)}" for column in updated)
    )


def _joined(columns: Iterable[str]) -> str:
    return ", ".join(_quote(column) for column in columns)


def _quote(name: str) -> str:
    return str(connections[DEFAULT_DB_ALIAS].ops.quote_name(name))


def _columns(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [f for f in model._meta.concrete_fields if not f.primary_key]


def _column(model: type[models.Model], name: str) -> str:
    return str(_field(model, name).column)


@cache
def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    found: models.Field[Any, Any] = next(f for f in _columns(model) if f.attname == name)
    return found
