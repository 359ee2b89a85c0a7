"""After a test with real transactions the database is as the migrations left it, soon.

Django's own `flush` empties every table, makes the permissions and content types anew and commits
a dozen times. Here only tables that hold rows are emptied, in one transaction.
"""

from typing import Any

from django.db import connection, transaction

from audit import triggers

# made from the models, and used by nothing that changes them
_KEPT = frozenset({"django_content_type", "auth_permission"})
Rows = list[tuple[Any, ...]]


class TableReset:
    """Remembers what the migrations left (a few roles, the audit log's head) and goes back to it."""

    def __init__(self) -> None:
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        self.tables = sorted(set(names) - _KEPT)
        self.left = {table: _rows(table) for table in self._filled()}

    def empty(self) -> None:
        """Delete what is in the tables, and put back what the migrations left."""
        if connection.in_atomic_block or not connection.get_autocommit():
            connection.close()  # a test that broke off in mid-transaction
        filled = self._filled()
        touched = [table for table in filled if _rows_differ(table, self.left.get(table))]
        touched += [table for table in self.left if table not in filled]
        if touched:
            # the log's triggers refuse it and stand during every test, as in use
            log = any(table.startswith("audit_") for table in touched)
            with transaction.atomic():
                if log:
                    triggers.remove(connection)
                with connection.cursor() as cursor:
                    for table in touched:
                        cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
                    for table in touched:
                        _insert(table, self.left.get(table, []))
                if log:
                    triggers.install(connection)

    def _filled(self) -> list[str]:
        quoted = connection.ops.quote_name
        each = [
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quoted(table)})"
            for table in self.tables
        ]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(each))
            return [name for (name,) in cursor.fetchall()]


def _rows(table: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
        return [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
            for row in cursor.fetchall()
        ]


def _rows_differ(table: str, left: Rows | None) -> bool:
    return left is None or _rows(table) != left


def _insert(table: str, rows: Rows) -> None:
    with connection.cursor() as cursor:
        for row in rows:
            places = ", ".join(["%s"] * len(row))
            cursor.execute(f"INSERT INTO {connection.ops.quote_name(table)} VALUES ({places})", row)
