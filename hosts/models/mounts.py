"""Volumes by the containers that mount them, and containers by their volumes."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from hosts.models.inventory import Container, JsonCondition


class MountsVolume(JsonCondition):
    """True for containers that mount the volume of this name, or of an outer query's."""

    sqlite = "EXISTS(SELECT 1 FROM json_each(%s) WHERE value = %s)"
    # the column of a container that was never inspected is NULL
    postgresql = "coalesce(jsonb_exists(%s, %s::text), false)"

    def __init__(self, volume: str | OuterRef) -> None:
        named = Value(volume, models.TextField()) if isinstance(volume, str) else volume
        super().__init__(F("volumes"), named)


def volumes_of(containers: QuerySet[Container]) -> Q:
    """Rows of volumes that any of these containers mounts."""
    mounting = containers.filter(
        MountsVolume(OuterRef("podman_id")), endpoint=OuterRef("endpoint_id")
    )
    # the few hosts that have such containers first: names are compared in any case, without an index
    return Q(endpoint__in=containers.order_by().values("endpoint")) & Q(Exists(mounting))
