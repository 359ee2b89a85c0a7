"""Requests of access, and jobs to be approved, that wait for this person, as things that need attention."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.furniture.log.words import asked_words
from dashboard.pages.overview.item import MOST, Item, rest
from hosts.access import Person
from hosts.access.approvals import approvals_to_decide
from hosts.access.requests import requests_to_decide


def items(person: Person) -> Iterator[Item]:
    """The oldest first: who asked longest has waited longest."""
    yield from _jobs(person)
    waiting = list(requests_to_decide(person).order_by("pk")[: MOST + 1])
    for request in waiting[:MOST]:
        url = reverse("requests:decide", args=[request.pk])
        told = {"name": request.asked_by_name, "role": request.role.label}
        yield Item(
            kind="approval",
            tone="warn",
            icon="hand",
            text=_("%(name)s asks for access: %(role)s") % told,
            detail=request.reason,
            since=request.asked_at,
            url=url,
            action=_("Decide"),
            action_url=url,
        )
    if len(waiting) > MOST:
        url = f"{reverse('requests:list')}?q=state:asked"
        yield rest(0, _("More people ask for access"), url)


def _jobs(person: Person) -> Iterator[Item]:
    waiting = list(approvals_to_decide(person).order_by("pk")[: MOST + 1])
    for row in waiting[:MOST]:
        url = reverse("approvals:decide", args=[row.pk])
        told = {
            "name": row.job.asked_by_name,
            "deed": asked_words(row.job.verb),
            "object": row.job.object_name,
            "host": row.job.endpoint_name,
        }
        yield Item(
            kind="job-approval",
            tone="warn",
            icon="users",
            text=_("%(name)s needs an approval: %(deed)s %(object)s on %(host)s") % told,
            detail=row.reason,
            since=row.asked_at,
            url=url,
            action=_("Decide"),
            action_url=url,
        )
    if len(waiting) > MOST:
        url = f"{reverse('approvals:list')}?q=state:asked"
        yield rest(0, _("More jobs need an approval"), url)
