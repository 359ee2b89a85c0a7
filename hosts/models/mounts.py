"""Volumes by the containers that mount them, and containers by their volumes."""

from typing import Any

from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Value

from hosts.models.inventory import Container


class MountsVolume(Func):
    """True for containers that mount the volume of this name, or of an outer query's."""

    output_field = models.BooleanField()

    def __init__(self, volume: str | OuterRef) -> None:
        named = Value(volume, models.TextField()) if isinstance(volume, str) else volume
        super().__init__(F("volumes"), named)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self._filled(compiler, "EXISTS(SELECT 1 FROM json_each(%s) WHERE value = %s)")

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # of a container that nobody has looked at the column is NULL
        return self._filled(compiler, "coalesce(jsonb_exists(%s, %s::text), false)")

    def _filled(self, compiler: Any, template: str) -> tuple[str, list[Any]]:
        (column, before), (name, after) = (compiler.compile(e) for e in self.source_expressions)
        return template % (column, name), [*before, *after]


def volumes_of(containers: QuerySet[Container]) -> Q:
    """Rows of volumes that any of these containers mounts."""
    mounting = containers.filter(
        MountsVolume(OuterRef("podman_id")), endpoint=OuterRef("endpoint_id")
    )
    # the few hosts that have such containers first: names are compared in any case, without an index
    return Q(endpoint__in=containers.order_by().values("endpoint")) & Q(Exists(mounting))
