"""Asks for the reason, where a guardrail needs a second person's yes.

The page then sends the click again, with the reason. htmx does so from a dialog
(static/js/approval.js), a plain form from a page that holds what was sent.
"""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.furniture.form_verdict import foreseen_verdict
from hosts.access import Person
from hosts.guardrails import NeedsApproval
from hosts.jobs.order_check import Forecast

FIELD = "approval_reason"
# what passes through web without being read (dashboard.streams.transfer) is no form
_STREAMED = "/transfer/"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_OURS = ("csrfmiddlewaretoken", FIELD)


def reason_of(request: HttpRequest) -> str:
    """The reason that was typed; "" where none was asked for."""
    if request.method != "POST" or request.content_type not in _FORMS:
        return ""
    if request.path.startswith(_STREAMED):
        return ""
    return request.POST.get(FIELD, "").strip()[:300]


def ask_reason(request: HttpRequest, needed: NeedsApproval, person: Person) -> HttpResponse:
    """The question: an event for htmx (204), a page for a plain form (409)."""
    foreseen = Forecast(needed.verdict, needed.override)
    verdict = foreseen_verdict(person, needed.endpoint, foreseen)
    if "HX-Request" in request.headers:
        words = {"words": str(needed), "override": needed.override, "who": verdict.by_whom}
        trigger = json.dumps({"needs-approval": words})
        return HttpResponse(status=204, headers={"HX-Trigger": trigger})
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _OURS
        for value in values
    ]
    context = {"needed": needed, "form_verdict": verdict, "sent": sent}
    return render(request, "approvals/why.html", context, status=409)
