"""Alarms of the last day: what Podman made otherwise than a guardrail allows, and was not started."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Entry
from dashboard.pages.overview.item import MOST, Item, rest
from hosts.access import Person, visible_entries
from hosts.jobs.alarm import VERB

RECENT = timedelta(hours=24)


def items(person: Person) -> Iterator[Item]:
    """The newest first; each leads into the log, where those find it that may read it."""
    visible = visible_entries(person)
    rows = Entry.objects.filter(intent=None, verb=VERB, at__gt=timezone.now() - RECENT)
    found = list(
        (rows if visible is None else rows.filter(visible))
        .order_by("-number")
        .only("number", "at", "detail", "target_name", "endpoint_name")[: MOST + 1]
    )
    url = f"{reverse('audit:list')}?{urlencode({'q': f'verb:{VERB}'})}"
    for entry in found[:MOST]:
        words = _("Blocked by a guardrail: %(name)s on %(host)s was created but not started")
        yield Item(
            kind="alarm",
            tone="bad",
            icon="shield-alert",
            text=words % {"name": entry.target_name, "host": entry.endpoint_name},
            detail=entry.detail,
            since=entry.at,
            url=reverse("audit:entry", args=[entry.number]),
            action=_("Open the entry"),
            action_url=reverse("audit:entry", args=[entry.number]),
        )
    if len(found) > MOST:
        yield rest(0, _("More were blocked by a guardrail"), url)
