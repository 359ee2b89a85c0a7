"""Rows of objects that are gone stay a week, at most fifty of a kind per endpoint."""

from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from hosts.models import INVENTORY

KEPT_FOR = timedelta(days=7)
KEPT_PER_ENDPOINT = 50


def tidy() -> int:
    """Delete rows that are too old or too many; how many."""
    deleted = 0
    oldest = timezone.now() - KEPT_FOR
    for model in INVENTORY.values():
        gone = model.objects.filter(gone__isnull=False)
        deleted += gone.filter(gone__lt=oldest).delete()[0]
        crowded = (
            gone.order_by().values("endpoint").annotate(rows=Count("pk"))
            .filter(rows__gt=KEPT_PER_ENDPOINT)
        )  # fmt: skip
        for endpoint_id in list(crowded.values_list("endpoint", flat=True)):
            mine = gone.filter(endpoint_id=endpoint_id).order_by("-gone", "-pk")
            surplus = list(mine.values_list("pk", flat=True)[KEPT_PER_ENDPOINT:])
            for start in range(0, len(surplus), 500):
                deleted += model.objects.filter(pk__in=surplus[start : start + 500]).delete()[0]
    return deleted
