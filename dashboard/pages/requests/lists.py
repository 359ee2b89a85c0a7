"""The list of requests, what waits for somebody's decision, and what was decided for whoever asked."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import Column, ListSpec, Token, register
from dashboard.live.tokens import any_contains, contains, equals, one_of
from hosts.access import Person
from hosts.access.approvals import approvals_to_decide, approves
from hosts.access.requests import decides, may_decide, to_decide, visible_requests
from hosts.models import AccessRequest

# whoever was away longer finds the answer in the list
TOLD_FOR = timedelta(minutes=10)
STATES = {state.value: Q(state=state.value) for state in AccessRequest.State}


def _prepare(rows: list[Any], person: Person) -> None:
    for row in rows:
        row.mine = row.asked_by_id == person.user.pk
        row.over = row.until is not None and row.until <= timezone.now()
        row.can_decide = row.waiting and may_decide(person, row)


def _mark(row: Any) -> str:
    return f"{row.state}.{row.until}.{row.asked_by_name}"


def _everyones(person: Person) -> bool:
    return True


SPEC = register(
    ListSpec(
        name="requests",
        verb="",
        personal=_everyones,
        noun=(_("request"), _("requests")),
        base=visible_requests,
        tokens=(
            one_of("state", _("waiting is asked; approved, refused, …"), STATES),
            equals("by", _("who asked"), "asked_by_name"),
            contains("place", _("part of the place's name"), "place"),
            equals("decided", _("who decided"), "decided_by_name"),
            Token("key", "", lambda value: Q(pk=value) if value.isdecimal() else Q(pk=0)),
        ),
        text=any_contains("asked_by_name", "place", "reason"),
        columns=(
            Column("name", _("What")),
            Column("state", _("State")),
            Column("middle", _("Why"), rank=2),
            Column("host", _("How long"), rank=2),
            Column("since", _("Asked"), "-newest", rank=3),
            Column("acts", ""),
        ),
        sorts={"newest": ("id",)},
        default_sort="-newest",
        row_template="requests/row.html",
        topics=frozenset({"access"}),
        fingerprint=_mark,
        prepare=_prepare,
        empty={
            "icon": "hand",
            "title": _("No requests yet"),
            "text": _("Who lacks a right asks for it here, for as long as they need it."),
            "hint": _("name, or state:asked by:Ada …"),
        },
    )
)
QUICK = ((_("All"), ""), (_("Waiting"), "state:asked"), (_("Approved"), "state:approved"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for this person, a request (even) or an approval (odd): the rail shows how many
    there are, nothing else.
    """

    pk: int


def _waiting(person: Person) -> list[Any]:
    requests = to_decide(person).values_list("pk", flat=True)[:100]
    approvals = approvals_to_decide(person).values_list("pk", flat=True)[:100]
    return [*(Waiting(2 * pk) for pk in requests), *(Waiting(2 * pk + 1) for pk in approvals)]


def _decides(person: Person) -> bool:
    return decides(person) or approves(person)


def _decided(person: Person) -> list[Any]:
    recent = Q(decided_at__gt=timezone.now() - TOLD_FOR, asked_by=person.user.pk)
    return list(visible_requests(person).filter(recent).order_by("decided_at"))


WAITING = register(
    ListSpec(
        name="requests-waiting",
        verb="",
        personal=_decides,
        noun=(_("request"), _("requests")),
        base=visible_requests,
        tokens=(),
        text=lambda value: Q(),
        columns=(),
        sorts={"newest": ("pk",)},
        default_sort="newest",
        row_template="requests/waiting.html",
        topics=frozenset({"access"}),
        fingerprint=lambda thing: str(thing.pk),
        things=_waiting,
    )
)
DECIDED = register(
    ListSpec(
        name="requests-decided",
        verb="",
        personal=_everyones,
        noun=(_("request"), _("requests")),
        base=visible_requests,
        tokens=(),
        text=lambda value: Q(),
        columns=(),
        sorts={"newest": ("pk",)},
        default_sort="newest",
        row_template="requests/told.html",
        topics=frozenset({"access"}),
        fingerprint=lambda row: f"{row.state}.{row.decided_at}",
        things=_decided,
    )
)
