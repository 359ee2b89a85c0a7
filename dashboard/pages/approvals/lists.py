"""The list of approvals."""

from django.utils.translation import gettext_lazy as _

from dashboard.furniture.approvals import prepare
from dashboard.furniture.decision_lists import QUICK, DecisionList, list_of
from dashboard.live.spec import Token
from dashboard.live.tokens import contains, matching
from hosts.access.approvals import visible_approvals
from hosts.models import Approval

__all__ = ["QUICK", "SPEC"]

SPEC = list_of(
    DecisionList(
        name="approvals",
        noun=(_("approval"), _("approvals")),
        base=visible_approvals,
        states=Approval.State,
        asked_by="job__asked_by_name",
        tokens=(
            contains("object", _("part of the object's name"), "job__object_name"),
            contains("together", _("what one command asked for: compose shop"), "group"),
            Token("verb", _("verb"), lambda value: matching("job__verb", value)),
        ),
        text=("job__object_name", "job__host_name", "reason"),
        fourth=_("Host"),
        topics=frozenset({"access", "jobs"}),
        fingerprint=lambda row: f"{row.state}.{row.decided_by_name}",
        prepare=prepare,
        empty={
            "icon": "users",
            "title": _("Nothing is waiting for approval"),
            "text": _("Jobs that a guardrail permits only after approval wait here."),
            "hint": _("name, or state:asked by:Ada …"),
        },
    )
)
