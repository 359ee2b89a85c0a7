"""Counts how often each rule found something lately, and with which result.

The audit log is not made for counting. Hits are single rows for an hour, so no job waits for a counter.
Then a chore sums them up per rule and day.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db import Error, transaction
from django.db.models import Count, Max, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from hosts.guardrails.verdict import Finding, Severity
from hosts.models import RuleMet

log = logging.getLogger(__name__)
KEEP = timedelta(days=30)
APART = timedelta(hours=1)


@dataclass(slots=True)
class HitCounts:
    """Hits of one rule within KEEP."""

    refused: int = 0
    asked: int = 0
    warned: int = 0

    @property
    def any(self) -> bool:
        """True when there was any hit."""
        return bool(self.refused or self.asked or self.warned)


_NAMES = {Severity.REFUSE: "refused", Severity.ASK: "asked", Severity.WARN: "warned"}


def record_hits(*deeds: Iterable[Finding]) -> None:
    """Count each rule once per action, however much it found. Never raises: counting must not stop a job."""
    rows = [
        RuleMet(rule_id=rule_id, severity=severity.value)
        for findings in deeds
        for rule_id, severity in dict.fromkeys(
            (one.rule_id, one.severity) for one in findings if one.rule_id
        )
    ]
    if not rows:
        return
    try:
        # a savepoint in the job's transaction, which continues without it
        with transaction.atomic():
            RuleMet.objects.bulk_create(rows)
    except Error as trouble:
        log.warning("could not count which guardrails were met: %s", trouble)


def hit_counts() -> dict[int, HitCounts]:
    """Counts by rule id. Rules without a hit are absent."""
    found: dict[int, HitCounts] = {}
    recent = RuleMet.objects.filter(at__gt=timezone.now() - KEEP).order_by()
    for rule_id, severity, n in recent.values_list("rule", "severity").annotate(sum=Sum("n")):
        setattr(found.setdefault(rule_id, HitCounts()), _NAMES[Severity(severity)], n)
    return found


def tidy() -> int:
    """A chore: delete rows older than KEEP, sum up those older than APART. Returns how many rows went."""
    now = timezone.now()
    gone: int = RuleMet.objects.filter(at__lt=now - KEEP).delete()[0]
    with transaction.atomic():
        old = RuleMet.objects.filter(at__lt=now - APART).order_by()
        days = old.annotate(day=TruncDate("at", tzinfo=UTC)).values("rule", "severity", "day")
        several = days.annotate(rows=Count("pk"), sum=Sum("n"), last=Max("at")).filter(rows__gt=1)
        for one in list(several):
            start = datetime.combine(one["day"], time.min, UTC)
            same = old.filter(
                rule=one["rule"], severity=one["severity"], at__gte=start, at__lte=one["last"]
            )
            gone += same.delete()[0] - 1
            RuleMet.objects.create(
                rule_id=one["rule"], severity=one["severity"], at=one["last"], n=one["sum"]
            )
    return gone
