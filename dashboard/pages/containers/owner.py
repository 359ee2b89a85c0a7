"""The unit of a quadlet that a container's summary names, with a link to it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from dashboard.furniture.owning_units import owning_units
from dashboard.live.visibility import verbs_for
from dashboard.pages.containers.rows import prepare
from hosts.access import Person


@dataclass(frozen=True, slots=True)
class Owner:
    """`url`: "" for a person who does not see units there."""

    name: str
    url: str


def prepare_summary(rows: list[Any], person: Person) -> None:
    """As `prepare`, and `owner` on each row: None where systemd names no unit for it."""
    prepare(rows, person)
    units = owning_units(rows)
    for row in rows:
        unit = units.get(row.pk)
        row.owner = None
        if unit is not None:
            seen = "unit.view" in verbs_for(person, row.endpoint)
            place = [unit.endpoint_id, unit.podman_id]
            row.owner = Owner(unit.name, reverse("units:page", args=place) if seen else "")
