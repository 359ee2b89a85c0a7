"""Pages of approvals: the list, and one with its buttons. hosts.actions.approvals.decide decides."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dashboard.furniture.approvals import prepare
from dashboard.furniture.form_verdict import by_whom
from dashboard.live.page import list_page
from dashboard.pages.approvals.lists import QUICK, SPEC
from dashboard.pages.approvals.proposal import proposal
from dashboard.person import person_of
from dashboard.toasts import toast
from hosts.access import NotVisible
from hosts.access.approvals import approvals_to_decide, visible_approvals
from hosts.actions.approvals import decide as deciding
from hosts.actions.approvals import show_hidden as showing
from hosts.jobs.held_requests import MOST, asked_together
from hosts.models import Approval
from hosts.refusals import FieldRefusal


@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """Approvals of the person's own jobs, and approvals that they may decide."""
    return list_page(request, SPEC, "approvals/list.html", {"quick": QUICK, "tab": "requests"})


@require_GET
def decide(request: HttpRequest, approval_id: int) -> HttpResponse:
    """One approval: what the job would do, which rules it breaks, who asks and why."""
    row = visible_approvals(person_of(request)).filter(pk=approval_id).first()
    if row is None:
        raise NotVisible
    return _page(request, row, {})


@require_POST
@never_cache
def show(request: HttpRequest, approval_id: int) -> HttpResponse:
    """The same page with the hidden values of `field` (one or several). Each look is an audit entry."""
    try:
        row, shown = showing.show(person_of(request), approval_id, request.POST.getlist("field"))
    except FieldRefusal as trouble:
        if "HX-Request" in request.headers:
            return toast(HttpResponse(status=204), str(trouble), tone="bad")
        messages.error(request, str(trouble))
        return redirect("approvals:decide", approval_id)
    return _page(request, row, shown)


def _page(request: HttpRequest, row: Approval, shown: Mapping[str, str]) -> HttpResponse:
    person = person_of(request)
    # the oldest one, to go on with
    following = approvals_to_decide(person).exclude(pk=row.pk).order_by("pk").first()
    prepare([row, *([following] if following else [])], person)
    together = [one for one in asked_together(row) if one.pk != row.pk] if row.waiting else []
    prepare(together, person)
    context: dict[str, Any] = {
        "row": row,
        "together": [(one, proposal(one, person, {}).parts) for one in together],
        "proposal": proposal(row, person, shown),
        "next": following,
    }
    job = row.job
    if row.waiting and job.asked_by_id == person.user.pk and job.endpoint is not None:
        context["by_whom"] = by_whom(person, job.endpoint)
    return render(request, "approvals/decide.html", context)


@require_POST
def approve(request: HttpRequest, approval_id: int) -> HttpResponse:
    return _decide(request, approval_id, deciding.approve)


@require_POST
def refuse(request: HttpRequest, approval_id: int) -> HttpResponse:
    return _decide(request, approval_id, deciding.refuse)


def _decide(request: HttpRequest, approval_id: int, deed: Callable[..., Approval]) -> HttpResponse:
    # those of one command that the page showed
    others = [int(one) for one in request.POST.get("together", "").split() if one.isdecimal()]
    answer = request.POST.get("answer", "")
    try:
        rows = deciding.decide_together(
            deed, person_of(request), [approval_id, *others[:MOST]], answer=answer
        )
    except FieldRefusal as trouble:
        messages.error(request, str(trouble))
    else:
        messages.success(request, _decided(rows[0], len(rows)))
    return redirect("approvals:decide", approval_id)


def _decided(row: Approval, count: int) -> str:
    if count > 1 and row.state == Approval.State.REFUSED:
        return _("%d requests refused: their jobs have ended.") % count
    if count > 1:
        return _("%d requests approved: the same command passes once.") % count
    if row.state == Approval.State.REFUSED:
        return _("Not approved: the job has ended.")
    if row.job.by_client:
        return _("Approved: the same command passes once.")
    return _("Approved: the job continues.")
