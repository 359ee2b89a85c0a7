"""Volumes by the containers that mount them, and the other way round."""

from typing import Any

from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value

from hosts.models.inventory import Container

# a filter line names containers, and a list of what all of them mount must end somewhere
_MOST = 500


class Mounts(Func):
    """True for containers that mount the volume of this name, letter by letter."""

    output_field = models.BooleanField()

    def __init__(self, volume: str) -> None:
        super().__init__(F("volumes"), Value(volume, models.TextField()))

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self._filled(compiler, "EXISTS(SELECT 1 FROM json_each(%s) WHERE value = %s)")

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # of a container that nobody has looked at the column is NULL
        return self._filled(compiler, "coalesce(jsonb_exists(%s, %s::text), false)")

    def _filled(self, compiler: Any, template: str) -> tuple[str, list[Any]]:
        (column, before), (name, after) = (compiler.compile(e) for e in self.source_expressions)
        return template % (column, name), [*before, *after]


def volumes_of(containers: QuerySet[Container]) -> Q:
    """Rows of volumes that these containers mount, of the first 500 of them that mount any."""
    mounting = containers.filter(volumes__isnull=False).exclude(volumes=[]).order_by("pk")
    names: dict[int, set[str]] = {}
    for endpoint_id, volumes in mounting.values_list("endpoint_id", "volumes")[:_MOST]:
        names.setdefault(endpoint_id, set()).update(volumes or ())
    found = Q(pk__in=[])
    for endpoint_id, some in names.items():
        found |= Q(endpoint_id=endpoint_id, podman_id__in=sorted(some))
    return found
