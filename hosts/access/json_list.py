"""Fetches many values in one row. A thousand rows of two numbers would cost a request a millisecond."""

from typing import Any

from django.db.models import Aggregate, JSONField


class JsonList(Aggregate):
    """Aggregates all values into a list. Each is a number, a list or None. No rows: [] or None."""

    function = "JSON_GROUP_ARRAY"
    output_field = JSONField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:
        """PostgreSQL's function. Django decodes plain JSON itself, so it must be JSONB."""
        return self.as_sql(compiler, connection, function="JSONB_AGG", **extra_context)
