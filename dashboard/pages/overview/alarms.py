"""Alarms of the last day: objects that Podman made against a guardrail, and that were not started."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Entry
from dashboard.pages.overview.item import Item, first_of
from hosts.access import Person, visible_entries
from hosts.jobs.alarm import VERB

RECENT = timedelta(hours=24)


def items(person: Person) -> Iterator[Item]:
    """Newest first. Each links to its audit entry."""
    visible = visible_entries(person)
    rows = Entry.objects.filter(intent=None, verb=VERB, at__gt=timezone.now() - RECENT)
    rows = rows if visible is None else rows.filter(visible)
    rows = rows.order_by("-number").only("number", "at", "detail", "target_name", "endpoint_name")
    url = f"{reverse('audit:list')}?{urlencode({'q': f'verb:{VERB}'})}"
    yield from first_of(rows, _item, _("More were blocked by a guardrail"), url)


def _item(entry: Entry) -> Item:
    words = _("Blocked by a guardrail: %(name)s on %(host)s was created but not started")
    url = reverse("audit:entry", args=[entry.number])
    return Item(
        kind="alarm",
        tone="bad",
        icon="shield-alert",
        text=words % {"name": entry.target_name, "host": entry.endpoint_name},
        detail=entry.detail,
        since=entry.at,
        url=url,
        action=_("Open the entry"),
        action_url=url,
    )
