"""Somebody else who is faster by a moment, always by the same one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def just_before(before: str, by: Callable[[], Any]) -> Iterator[None]:
    """`by` happens once, right before the first statement with the words `before`."""
    came: list[str] = []

    def execute(run: Any, sql: str, *more: Any) -> Any:
        if not came and before in sql:
            came.append(sql)
            by()
        return run(sql, *more)

    with connection.execute_wrapper(execute):
        yield
    assert came
