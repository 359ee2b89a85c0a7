"""Pages of jobs: the list, one job, cancel, repeat."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard.furniture.unserved import unserved
from dashboard.live.page import list_page, live_row
from dashboard.pages.jobs import again as once_more
from dashboard.pages.jobs.lists import QUICK, SPEC, WHOLE
from dashboard.person import person_of
from dashboard.toasts import toast
from hosts.access import Person, get_job, sees_all_jobs, visible_jobs
from hosts.actions import cancel_job
from hosts.jobs import failures
from hosts.models import Job
from hosts.refusals import Refusal


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    return list_page(request, SPEC, "jobs/list.html", {"quick": QUICK, "unserved": unserved})


@require_GET
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job, live."""
    person = person_of(request)
    row = get_job(person, job_id)
    if row.state in Job.TROUBLE and row.failure_seen_at is None:
        failures.mark_seen(person, Q(pk=row.pk))
    batch = row.batch
    context = {
        "row": row,
        "whole": live_row(person, WHOLE, row),
        "batch": batch,
        "batch_size": visible_jobs(person).filter(batch=batch).count() if batch else 0,
        # names places that the reader may not see: only for the asker, and for those who see every job
        "left_out": batch.skipped if batch and _sees_all(person, row) else [],
    }
    return render(request, "jobs/page.html", context)


def _sees_all(person: Person, row: Job) -> bool:
    return row.asked_by_id == person.user.pk or sees_all_jobs(person)


@require_POST
def cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    found = cancel_job.ask(person_of(request), job_id)
    if "HX-Request" not in request.headers:
        return redirect("jobs:page", job_id)
    words = _("Cancelled") if found.finished_at else _("Cancelling")
    return toast(HttpResponse(status=204), words)


@require_POST
def again(request: HttpRequest, job_id: int) -> HttpResponse:
    """Repeat the job."""
    person = person_of(request)
    try:
        fresh = once_more.ask(person, get_job(person, job_id))
    except Refusal as changed:
        # the object has changed since
        return toast(HttpResponse(status=204), str(changed), tone="warn")
    url = reverse("jobs:page", args=[fresh.pk])
    if "HX-Request" not in request.headers:
        return redirect(url)
    return HttpResponse(status=204, headers={"HX-Redirect": url})


@require_POST
def mark_seen(request: HttpRequest) -> HttpResponse:
    """Mark failures up to `until` as seen: all of them, or those of `job` or `batch`."""
    given = {name: _number(request.POST.get(name, "")) for name in ("until", "job", "batch")}
    which = Q(pk__lte=given["until"])
    if given["job"]:
        which &= Q(pk=given["job"])
    elif given["batch"]:
        which &= Q(batch=given["batch"])
    failures.mark_seen(person_of(request), which)
    return HttpResponse(status=204)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
