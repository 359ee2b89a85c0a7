"""Which unit of a quadlet a container belongs to, by systemd's word: any image can carry a label.

Quadlets do label their containers, so only labelled ones are looked up.
"""

from collections.abc import Iterable
from typing import Any

from hosts.models import Unit
from hosts.models.inventory import LIVE

# in these nothing of the unit is there; a container of that name is somebody else's
_DOWN = ("inactive", "failed")


def owning_units(rows: Iterable[Any]) -> dict[int, Unit]:
    """The unit of each container that has one, by the container's primary key. One query, or none."""
    labelled = {(row.endpoint_id, row.unit, row.name): row.pk for row in rows if row.unit}
    if not labelled:
        return {}
    found = Unit.objects.filter(
        LIVE,
        makes="container",
        endpoint_id__in={endpoint for endpoint, _unit, _name in labelled},
        podman_id__in={unit for _endpoint, unit, _name in labelled},
    ).exclude(state__in=_DOWN)
    keyed = {(one.endpoint_id, one.podman_id, one.makes_name): one for one in found}
    return {pk: keyed[key] for key, pk in labelled.items() if key in keyed}
