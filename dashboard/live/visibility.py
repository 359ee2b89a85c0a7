"""What rows a list shows to whom, and the verbs that go with each row. The rules are hosts.access's."""

from typing import Any

from django.db.models import QuerySet

from hosts.access import Person, as_container, count_with, verbs_at, visible_objects
from hosts.models import Endpoint, Host, InventoryRow


def verbs_for(person: Person, row: Any) -> frozenset[str]:
    """Verbs that the person holds where the row is; for what is nowhere, those held anywhere."""
    if isinstance(row, Host | Endpoint):
        return verbs_at(person, row)
    place = getattr(row, "endpoint", None)
    return verbs_at(person, place, as_container(row) if isinstance(row, InventoryRow) else None)


def scope_to_visible(rows: QuerySet[Any], person: Person) -> QuerySet[Any]:
    """A queryset of inventory rows, cut to what is there and what this person sees."""
    kind = rows.model._meta.model_name or ""
    return rows.filter(visible_objects(person, kind), gone__isnull=True)


def count_visible(rows: QuerySet[Any], person: Person) -> int:
    """How many `scope_to_visible` leaves, without reading them through."""
    kind = rows.model._meta.model_name or ""
    return count_with(rows.filter(gone__isnull=True).order_by(), person, f"{kind}.view")
