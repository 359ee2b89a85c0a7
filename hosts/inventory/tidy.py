"""Rows of objects that are gone stay a week, at most fifty of a kind per endpoint."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from hosts.models import INVENTORY

KEPT_FOR = timedelta(days=7)
KEPT_PER_ENDPOINT = 50
_CHUNK = 500


def tidy() -> int:
    """Delete rows that are too old or too many; how many."""
    deleted = 0
    for model in INVENTORY.values():
        gone = model.objects.filter(gone__isnull=False)
        deleted += gone.filter(gone__lt=timezone.now() - KEPT_FOR).delete()[0]
        deleted += trim_each(gone, KEPT_PER_ENDPOINT, "-gone", "-pk")
    return deleted


def trim(rows: QuerySet[Any], keep: int, *order: str) -> int:
    """Delete all but the first `keep` of these rows in that order; how many."""
    surplus = list(rows.order_by(*order).values_list("pk", flat=True)[keep:])
    for start in range(0, len(surplus), _CHUNK):
        rows.filter(pk__in=surplus[start : start + _CHUNK]).delete()
    return len(surplus)


def trim_each(rows: QuerySet[Any], keep: int, *order: str) -> int:
    """Do so with the rows of each endpoint; how many."""
    counts = rows.order_by().values("endpoint").annotate(rows=Count("pk"))
    crowded = list(counts.filter(rows__gt=keep).values_list("endpoint", flat=True))
    return sum(trim(rows.filter(endpoint_id=pk), keep, *order) for pk in crowded)
