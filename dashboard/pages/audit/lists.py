"""The newest entry as a live row: a new one tells the page that there is more."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models import Entry, Head
from audit.queries import count_lines
from dashboard.live.spec import ListSpec, register
from hosts.access import Person, visible_entries

# counting more would slow down every page
COUNTED = 10_000


def _newest(person: Person) -> Any:
    seen = visible_entries(person)
    if seen is None:
        return Entry.objects.filter(pk__in=Head.objects.filter(pk=1).values("number"))
    newest = Entry.objects.filter(seen).order_by("-number").values("number")[:1]
    return Entry.objects.filter(pk__in=newest)


def _count_lines(rows: list[Any], person: Person) -> None:
    for row in rows:
        row.lines = count_lines(COUNTED, visible=visible_entries(person))


NEWEST = register(
    ListSpec(
        name="audit-newest",
        verb="audit.read",
        noun=(_("entry"), _("entries")),
        base=_newest,
        tokens=(),
        text=lambda value: Q(),
        columns=(),
        sorts={"newest": ("number",)},
        default_sort="-newest",
        row_template="audit/newest.html",
        topics=frozenset({"audit"}),
        fingerprint=lambda row: str(row.pk),
        prepare=_count_lines,
    )
)
