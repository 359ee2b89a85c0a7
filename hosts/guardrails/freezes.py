"""Freeze windows: which are open at an endpoint now, by the database's clock, and what they say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from hosts.cards import Lock, lock_of
from hosts.guardrails.verdict import Finding, Severity
from hosts.models import Endpoint, FreezeWindow

FIELD = "freeze"


@dataclass(frozen=True, slots=True)
class Open:
    """A window that is open, and until when."""

    window: FreezeWindow
    until: datetime

    def concerns(self, verb: str) -> bool:
        """True where it keeps `verb` from being done."""
        if self.window.verbs:
            return verb in self.window.verbs
        return lock_of(verb) is not Lock.PASSES

    @property
    def words(self) -> str:
        """“year's end” freezes changes until …: why."""
        until = self.until.astimezone(zone_of(self.window))
        told = {
            "name": self.window.name,
            "until": until.strftime("%Y-%m-%d %H:%M"),
            "zone": self.window.zone,
        }
        said = _("The freeze window “%(name)s” is open until %(until)s (%(zone)s).") % told
        return f"{said} {self.window.words}".strip()

    def finding(self) -> Finding:
        """As what stands in the way."""
        severity = Severity(self.window.severity)
        asks = _("Until then it needs an approval.") if severity is Severity.ASK else ""
        said = f"{self.words} {asks}".strip()
        return Finding(self.window.name, 0, severity, FIELD, self.words, said=said)


def zone_of(window: FreezeWindow) -> ZoneInfo:
    """Its time zone; UTC where this machine does not know it."""
    try:
        return ZoneInfo(window.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def open_until(window: FreezeWindow, now: datetime) -> datetime | None:
    """When the window that is open at `now` closes; None: it is not open."""
    if not window.days:
        if window.starts_at and window.ends_at and window.starts_at <= now < window.ends_at:
            return window.ends_at
        return None
    if window.from_time is None or window.until_time is None:
        return None
    zone = zone_of(window)
    today = now.astimezone(zone).date()
    ends = []
    # one that began yesterday may still be open
    for day in (today, today - timedelta(days=1)):
        if day.weekday() not in window.days:
            continue
        last = day if window.until_time > window.from_time else day + timedelta(days=1)
        starts = _moment(day, window.from_time, zone, fold=0)
        # an hour that comes twice is frozen twice
        end = _moment(last, window.until_time, zone, fold=1)
        if starts <= now < end:
            ends.append(end)
    return max(ends, default=None)


def _moment(day: date, clock: time, zone: ZoneInfo, *, fold: int) -> datetime:
    """In UTC: two times of one zone compare by the wall clock, which jumps."""
    return datetime.combine(day, clock, zone).replace(fold=fold).astimezone(UTC)


def windows_at(endpoint: Endpoint) -> QuerySet[FreezeWindow]:
    """Enabled windows that count there, open or not."""
    applies = Q(everywhere=True) | Q(groups__hosts=endpoint.host_id)
    return FreezeWindow.objects.filter(applies, enabled=True)


def open_among(windows: QuerySet[FreezeWindow]) -> list[Open]:
    """Those that are open now, by name."""
    found: dict[int, Open] = {}
    rows: Iterable[Any] = windows.annotate(at=Now())
    for row in rows:
        until = open_until(row, row.at)
        if until is not None:
            found[row.pk] = Open(row, until)
    return sorted(found.values(), key=lambda one: one.window.name)


def open_at(endpoint: Endpoint) -> list[Open]:
    """Those that are open at an endpoint now."""
    return open_among(windows_at(endpoint))


def is_freeze(finding: Finding) -> bool:
    """True for what `Open.finding` made."""
    return finding.field == FIELD and bool(finding.said)
