"""Freeze windows: which are open at an endpoint now, by the database's clock."""

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
class OpenWindow:
    """A window that is open, and when it closes."""

    window: FreezeWindow
    until: datetime

    def concerns(self, verb: str) -> bool:
        """True where it blocks `verb`."""
        if self.window.verbs:
            return verb in self.window.verbs
        return lock_of(verb) is not Lock.PASSES

    @property
    def words(self) -> str:
        """The sentence for people: its name, its end, and its own words."""
        until = self.until.astimezone(zone_of(self.window))
        values = {
            "name": self.window.name,
            "until": until.strftime("%Y-%m-%d %H:%M"),
            "zone": self.window.zone,
        }
        sentence = _("The freeze window “%(name)s” is open until %(until)s (%(zone)s).") % values
        return f"{sentence} {self.window.words}".strip()

    def finding(self) -> Finding:
        """The window as a finding of a verdict."""
        severity = Severity(self.window.severity)
        asks = _("Until then it needs an approval.") if severity is Severity.ASK else ""
        sentence = f"{self.words} {asks}".strip()
        return Finding(self.window.name, 0, severity, FIELD, self.words, said=sentence)


def zone_of(window: FreezeWindow) -> ZoneInfo:
    """The window's time zone. UTC where this machine does not know it."""
    try:
        return ZoneInfo(window.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def open_until(window: FreezeWindow, now: datetime) -> datetime | None:
    """When the window closes, or None if it is not open at `now`."""
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
        # when the clock is set back, the repeated hour is frozen twice
        end = _moment(last, window.until_time, zone, fold=1)
        if starts <= now < end:
            ends.append(end)
    return max(ends, default=None)


def _moment(day: date, clock: time, zone: ZoneInfo, *, fold: int) -> datetime:
    """The time in UTC. Two times of one zone compare by wall clock, which jumps."""
    return datetime.combine(day, clock, zone).replace(fold=fold).astimezone(UTC)


def windows_at(endpoint: Endpoint) -> QuerySet[FreezeWindow]:
    """Enabled windows that apply to the endpoint, open or not."""
    applies = Q(everywhere=True) | Q(groups__hosts=endpoint.host_id)
    return FreezeWindow.objects.filter(applies, enabled=True)


def open_windows(windows: QuerySet[FreezeWindow]) -> list[OpenWindow]:
    """Windows that are open now, by name."""
    found: dict[int, OpenWindow] = {}
    rows: Iterable[Any] = windows.annotate(at=Now())
    for row in rows:
        until = open_until(row, row.at)
        if until is not None:
            found[row.pk] = OpenWindow(row, until)
    return sorted(found.values(), key=lambda one: one.window.name)


def open_windows_at(endpoint: Endpoint) -> list[OpenWindow]:
    """Windows that are open at an endpoint now."""
    return open_windows(windows_at(endpoint))


def is_freeze(finding: Finding) -> bool:
    """True for a finding that `OpenWindow.finding` made."""
    return finding.field == FIELD and bool(finding.said)
