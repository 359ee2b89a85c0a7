"""The list of requests, and the rail's count of pending decisions."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.decision_lists import QUICK, DecisionList, list_of, notice_list
from dashboard.live.tokens import contains
from dashboard.pages.requests.decisions import DECIDED
from hosts.access import Person
from hosts.access.approvals import approvals_to_decide, may_approve_somewhere
from hosts.access.requests import decides, may_decide, requests_to_decide, visible_requests
from hosts.models import AccessRequest

__all__ = ["DECIDED", "QUICK", "SPEC", "WAITING"]


def _prepare(rows: list[Any], person: Person) -> None:
    for row in rows:
        row.mine = row.asked_by_id == person.user.pk
        row.over = row.until is not None and row.until <= timezone.now()
        row.can_decide = row.waiting and may_decide(person, row)


SPEC = list_of(
    DecisionList(
        name="requests",
        noun=(_("request"), _("requests")),
        base=visible_requests,
        states=AccessRequest.State,
        asked_by="asked_by_name",
        tokens=(contains("place", _("part of the place's name"), "place"),),
        text=("place", "reason"),
        fourth=_("How long"),
        topics=frozenset({"access"}),
        fingerprint=lambda row: f"{row.state}.{row.until}.{row.asked_by_name}",
        prepare=_prepare,
        empty={
            "icon": "hand",
            "title": _("No requests yet"),
            "text": _("People ask here for a right that they lack, for a limited time."),
            "hint": _("name, or state:asked by:Ada …"),
        },
    )
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision that waits for this person. `pk`: even for a request, odd for an approval."""

    pk: int


def _pending(person: Person) -> list[Any]:
    requests = requests_to_decide(person).values_list("pk", flat=True)[:100]
    approvals = approvals_to_decide(person).values_list("pk", flat=True)[:100]
    return [*(Pending(2 * pk) for pk in requests), *(Pending(2 * pk + 1) for pk in approvals)]


def _decides(person: Person) -> bool:
    return decides(person) or may_approve_somewhere(person)


WAITING = notice_list(
    "requests-waiting",
    _pending,
    template="requests/pending.html",
    personal=_decides,
    fingerprint=lambda thing: str(thing.pk),
)
