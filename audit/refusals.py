"""Counts equal refusals per person and minute, so that nobody floods the log.

The first one is written at once. Entries never change, so the others are counted in a row of their own.
After the minute one more entry has their number.
"""

import hashlib
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from audit.append import append, follow_up, lock_head
from audit.models import Entry, RefusalCount
from audit.shapes import Kind

_SAME = (  # noqa: SIM905 - read as one line
    "who_name who_id address door verb target_kind target_id host_id endpoint_id detail"
).split()


def count_refusal(values: dict[str, Any]) -> int:
    """Write or count one refusal (values from audit.append.draft). Returns the entry's number."""
    key = hashlib.sha256(orjson.dumps([values[name] for name in _SAME], default=str)).hexdigest()
    minute = timezone.now().replace(second=0, microsecond=0)
    if (number := _add(key, minute)) is not None:
        return number
    head = lock_head()
    # another process may have been faster
    if (number := _add(key, minute)) is not None:
        return number
    number = append(head, [values])[0]
    RefusalCount.objects.create(key=key, minute=minute, first=number)
    return number


def _add(key: str, minute: datetime) -> int | None:
    counted = RefusalCount.objects.filter(key=key, minute=minute)
    if not counted.update(more=F("more") + 1):
        return None
    return counted.values_list("first", flat=True).get()


def sum_refusals(*, now: datetime | None = None) -> int:
    """Write the summing entries of all past minutes. Returns how many."""
    this_minute = (now or timezone.now()).replace(second=0, microsecond=0)
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        # counters before the head: the same lock order as count_refusal
        closed = list(
            RefusalCount.objects.select_for_update(skip_locked=skip)
            .filter(minute__lt=this_minute)
            .order_by("id")[:1000]
        )
        if not closed:
            return 0
        firsts = Entry.objects.in_bulk([row.first for row in closed])
        drafts = [
            follow_up(
                firsts[row.first],
                Kind.REFUSAL,
                detail=firsts[row.first].detail,
                count=row.more,
                params=orjson.dumps({"first": row.first}).decode(),
            )
            for row in closed
            if row.more and row.first in firsts
        ]
        if drafts:
            append(lock_head(), drafts)
        RefusalCount.objects.filter(pk__in=[row.pk for row in closed]).delete()
    return len(drafts)
