"""Where to watch a job or a batch: its page, or the list of its jobs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from dashboard.toasts import toast
from hosts.models import Batch, Job


def watch_url(asked: Job | Batch) -> str:
    """The page of a job, or of the only job in a batch; else the list of its jobs."""
    if isinstance(asked, Job):
        return reverse("jobs:page", args=[asked.pk])
    jobs = list(asked.jobs.all()[:2])
    if len(jobs) == 1:
        return watch_url(jobs[0])
    return f"{reverse('jobs:list')}?q=batch:{asked.pk}"


def go_watch(request: HttpRequest, asked: Job | Batch) -> HttpResponse:
    """Redirect there from a page or a dialog."""
    url = watch_url(asked)
    return HttpResponseClientRedirect(url) if "HX-Request" in request.headers else redirect(url)


def toast_watch(request: HttpRequest, asked: Job | Batch, words: str) -> HttpResponse:
    """Stay on the page, with a message that links there; without scripts lead there."""
    url = watch_url(asked)
    if "HX-Request" not in request.headers:
        return redirect(url)
    return toast(HttpResponse(status=204), words, url=url, word=_("Watch"))
