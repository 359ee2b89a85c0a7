"""Rows whose key is one of many, said without a parameter each: some hundred cost milliseconds."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Func, Q
from django.db.models.fields import BooleanField


class Among(Func):
    """True for rows whose `field`, a number that is never null, is one of `ids`."""

    output_field = BooleanField()

    def __init__(self, field: str, ids: tuple[int, ...]) -> None:
        super().__init__(F(field))
        self.ids = ids

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> Any:
        """As Func's; the words for other functions mean nothing here."""
        sql, params = compiler.compile(self.source_expressions[0])
        # numbers of ours, and written as such whatever they were
        listed = ",".join(str(int(one)) for one in self.ids)
        return f"({sql} IN ({listed}))", params


def among(field: str, ids: Iterable[int]) -> Q:
    """The condition; none at all are no rows."""
    listed = tuple(sorted(ids))
    return Q(Among(field, listed)) if listed else Q(pk__in=())
