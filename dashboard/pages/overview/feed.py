"""The last audit entries. Changes made outside Haulout are one line with a count."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Max, Q, Sum
from django.utils import timezone

from audit import queries
from audit.models import Entry
from audit.queries import Filters, Line
from audit.shapes import Kind
from dashboard.furniture.log.words import entry_sentence
from hosts.access import Person, visible_entries

LAST_ENTRIES: Final = 10
DAY: Final = timedelta(hours=24)
# bounds the search on hosts where people do much by hand
_LOOKED_AT: Final = 5_000


@dataclass(frozen=True, slots=True)
class LogLine:
    line: Line

    @property
    def pk(self) -> int:
        return self.line.entry.number

    @property
    def mark(self) -> str:
        """Changes when the outcome is written."""
        return f"{self.line.last.number}"


@dataclass(frozen=True, slots=True)
class OutsideCount:
    """How many changes of the last day Haulout did not make."""

    count: int

    pk = "outside"
    outside = True

    @property
    def mark(self) -> str:
        return str(self.count)


def feed(person: Person) -> list[Any]:
    """Entries of Haulout's own, newest first; then the OutsideCount, unless it is 0."""
    visible = visible_entries(person)
    newest = Entry.objects.aggregate(newest=Max("number"))["newest"] or 0
    recent = Q(number__gt=newest - _LOOKED_AT)
    ours = recent & ~Q(kind=Kind.OBSERVED)
    if visible is not None:
        ours, recent = ours & visible, recent & visible
    lines = queries.search(Filters(), visible=ours, limit=LAST_ENTRIES).lines
    for line in lines:
        line.entry.said = entry_sentence(line)  # type: ignore[attr-defined]
    seen = Entry.objects.filter(recent, kind=Kind.OBSERVED, at__gte=timezone.now() - DAY)
    outside = seen.aggregate(n=Sum("count"))["n"] or 0
    return [*(LogLine(line) for line in lines), *([OutsideCount(outside)] if outside else [])]
