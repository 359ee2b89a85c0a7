"""Many keys in one row: a thousand rows of two numbers cost a request a millisecond."""

from typing import Any

from django.db.models import Aggregate, JSONField


class Listed(Aggregate):
    """A list of all values, None among them, each a number or a list. No rows: [], or None."""

    function = "JSON_GROUP_ARRAY"
    output_field = JSONField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:
        """The same there; of its plain JSON, Django gets what was read already."""
        return self.as_sql(compiler, connection, function="JSONB_AGG", **extra_context)
