"""The list of approvals."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import Column, ListSpec, Token, register
from dashboard.live.tokens import any_contains, contains, equals, matching, one_of
from dashboard.pages.approvals.shown import prepare
from hosts.access import Person
from hosts.access.approvals import visible_approvals
from hosts.models import Approval

STATES = {state.value: Q(state=state.value) for state in Approval.State}


def _everyones(person: Person) -> bool:
    return True


def _mark(row: Any) -> str:
    return f"{row.state}.{row.decided_by_name}"


SPEC = register(
    ListSpec(
        name="approvals",
        verb="",
        personal=_everyones,
        noun=(_("approval"), _("approvals")),
        base=visible_approvals,
        tokens=(
            one_of("state", _("waiting is asked; approved, refused, …"), STATES),
            equals("by", _("who asked"), "job__asked_by_name"),
            contains("object", _("part of the object's name"), "job__object_name"),
            Token("verb", _("verb"), lambda value: matching("job__verb", value)),
            equals("decided", _("who decided"), "decided_by_name"),
            Token("key", "", lambda value: Q(pk=value) if value.isdecimal() else Q(pk=0)),
        ),
        text=any_contains("job__asked_by_name", "job__object_name", "job__host_name", "reason"),
        columns=(
            Column("name", _("What")),
            Column("state", _("State")),
            Column("middle", _("Why"), rank=2),
            Column("host", _("Host"), rank=2),
            Column("since", _("Asked"), "-newest", rank=3),
            Column("acts", ""),
        ),
        sorts={"newest": ("id",)},
        default_sort="-newest",
        row_template="approvals/row.html",
        topics=frozenset({"access", "jobs"}),
        fingerprint=_mark,
        prepare=prepare,
        empty={
            "icon": "users",
            "title": _("Nothing waits for an approval"),
            "text": _("What a guardrail lets through only with a second person's yes waits here."),
            "hint": _("name, or state:asked by:Ada …"),
        },
    )
)
QUICK = ((_("All"), ""), (_("Waiting"), "state:asked"), (_("Approved"), "state:approved"))
