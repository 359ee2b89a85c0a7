"""Pages of approvals: the list, one with its two buttons. hosts.actions.approvals.decide decides."""

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
from dashboard.pages.approvals.shown import proposal
from dashboard.person import person_of
from dashboard.toasts import toast
from hosts.access import NotVisible
from hosts.access.approvals import approvals_to_decide, visible_approvals
from hosts.actions.approvals import decide as deciding
from hosts.actions.approvals import show_hidden as showing
from hosts.models import Approval
from hosts.refusals import FieldRefusal


@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """Those of one's own jobs, and those on which one decides."""
    return list_page(request, SPEC, "approvals/list.html", {"quick": QUICK, "tab": "requests"})


@require_GET
def decide(request: HttpRequest, approval_id: int) -> HttpResponse:
    """One question whole: what is proposed, which rules it breaks, who asks and why."""
    row = visible_approvals(person_of(request)).filter(pk=approval_id).first()
    if row is None:
        raise NotVisible
    return _page(request, row, {})


@require_POST
@never_cache
def show(request: HttpRequest, approval_id: int) -> HttpResponse:
    """The same with what is hidden of `field`, one or several; each look is an entry."""
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
    # the one that was asked first: a yes or no leads on to it
    following = approvals_to_decide(person).exclude(pk=row.pk).order_by("pk").first()
    prepare([row, *([following] if following else [])], person)
    context: dict[str, Any] = {
        "row": row,
        "proposal": proposal(row, person, shown),
        "next": following,
    }
    job = row.job
    if row.waiting and job.asked_by_id == person.user.pk and job.endpoint is not None:
        context["by_whom"] = by_whom(person, job.endpoint)
    return render(request, "approvals/decide.html", context)


@require_POST
def approve(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Let the job go on."""
    return _decided(request, approval_id, deciding.approve, _("Approved: the job continues."))


@require_POST
def refuse(request: HttpRequest, approval_id: int) -> HttpResponse:
    """End the job."""
    return _decided(request, approval_id, deciding.refuse, _("Not approved: the job has ended."))


def _decided(
    request: HttpRequest, approval_id: int, deed: Callable[..., Approval], words: str
) -> HttpResponse:
    try:
        deed(person_of(request), approval_id, answer=request.POST.get("answer", ""))
    except FieldRefusal as trouble:
        messages.error(request, str(trouble))
    else:
        messages.success(request, words)
    return redirect("approvals:decide", approval_id)
