"""The newest entry as a live row: it tells the page that there is more to show."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models import Entry, Head
from dashboard.live.spec import ListSpec, register
from hosts.access import Person


def _newest(person: Person) -> Any:
    return Entry.objects.filter(pk__in=Head.objects.filter(pk=1).values("number"))


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
    )
)
