"""The last lines of the log; what was done outside Haulout is one line with a count."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Max, Q, Sum
from django.utils import timezone

from audit import queries
from audit.models import Entry
from audit.queries import Filters, Line
from audit.shapes import Kind
from dashboard.furniture.log.words import said
from hosts.access import Person, visible_entries

LAST_ENTRIES: Final = 10
DAY: Final = timedelta(hours=24)
# a host on which much is done by hand must not make a long search of a short list
_LOOKED_AT: Final = 5_000


@dataclass(frozen=True, slots=True)
class Last:
    """One of the last lines of the log."""

    line: Line

    @property
    def pk(self) -> int:
        """The first entry's number."""
        return self.line.entry.number

    @property
    def mark(self) -> str:
        """Differs once the outcome is there."""
        return f"{self.line.last.number}"


@dataclass(frozen=True, slots=True)
class Outside:
    """How many changes were seen on hosts within a day that Haulout did not make."""

    count: int

    pk = "outside"
    outside = True

    @property
    def mark(self) -> str:
        """Differs when it reads differently."""
        return str(self.count)


def feed(person: Person) -> list[Any]:
    """What was done by way of Haulout, newest first; below it the line about all else, if any."""
    visible = visible_entries(person)
    newest = Entry.objects.aggregate(newest=Max("number"))["newest"] or 0
    recent = Q(number__gt=newest - _LOOKED_AT)
    ours = recent & ~Q(kind=Kind.OBSERVED)
    if visible is not None:
        ours, recent = ours & visible, recent & visible
    lines = queries.search(Filters(), visible=ours, limit=LAST_ENTRIES).lines
    for line in lines:
        line.entry.said = said(line)  # type: ignore[attr-defined]
    seen = Entry.objects.filter(recent, kind=Kind.OBSERVED, at__gte=timezone.now() - DAY)
    outside = seen.aggregate(n=Sum("count"))["n"] or 0
    return [*(Last(line) for line in lines), *([Outside(outside)] if outside else [])]
