"""Access requests and jobs that wait for this person's decision."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.furniture.log.words import asked_words
from dashboard.pages.overview.item import Item, first_of
from hosts.access import Person
from hosts.access.approvals import approvals_to_decide
from hosts.access.requests import requests_to_decide
from hosts.models import AccessRequest, Approval


def items(person: Person) -> Iterator[Item]:
    """Oldest first."""
    jobs = approvals_to_decide(person).order_by("pk")
    words = _("More jobs need an approval")
    yield from first_of(jobs, _job, words, f"{reverse('approvals:list')}?q=state:asked")
    requests = requests_to_decide(person).order_by("pk")
    words = _("More people ask for access")
    yield from first_of(requests, _request, words, f"{reverse('requests:list')}?q=state:asked")


def _item(room: str, row: Any, *, kind: str, icon: str, text: str) -> Item:
    url = reverse(f"{room}:decide", args=[row.pk])
    return Item(
        kind=kind,
        tone="warn",
        icon=icon,
        text=text,
        detail=row.reason,
        since=row.asked_at,
        url=url,
        action=_("Decide"),
        action_url=url,
    )


def _job(row: Approval) -> Item:
    told = {
        "name": row.job.asked_by_name,
        "deed": asked_words(row.job.verb),
        "object": row.job.object_name,
        "host": row.job.endpoint_name,
    }
    words = _("%(name)s needs an approval: %(deed)s %(object)s on %(host)s")
    return _item("approvals", row, kind="job-approval", icon="users", text=words % told)


def _request(row: AccessRequest) -> Item:
    told = {"name": row.asked_by_name, "role": row.role.label}
    text = _("%(name)s asks for access: %(role)s") % told
    return _item("requests", row, kind="approval", icon="hand", text=text)
