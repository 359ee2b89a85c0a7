"""Registry search in the pull form: a job that the form polls."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard.furniture.targets import chosen_of, endpoints_for
from dashboard.person import person_of
from hosts.access import Person, allows, get_job
from hosts.actions.images import search_images
from hosts.models import Endpoint, Job, RegistryCredential
from hosts.refusals import Refusal


def registries_for(person: Person, endpoints: list[Endpoint]) -> list[str]:
    """Registries to choose from: those that the hosts search, and those with kept credentials."""
    names = [name for one in endpoints[:20] for name in search_images.registries_of(one)]
    if allows(person, "registry.view"):
        kept = RegistryCredential.objects.values_list("registry", flat=True)
        names += [registry.partition("/")[0] for registry in kept[:50]]
    return sorted(set(names))


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Search for `term` from the first chosen host that is up."""
    person = person_of(request)
    endpoints = endpoints_for(person, search_images.VERB)
    chosen = chosen_of(request.POST, endpoints) or endpoints
    up = [one for one in chosen if one.state in ("up", "degraded")]
    if not up:
        return _problem(request, _("No connected host can search."))
    try:
        job = search_images.ask(
            person,
            up[0].pk,
            term=request.POST.get("term", "")[:300],
            registry=request.POST.get("registry", "")[:300],
        )
    except Refusal as wrong:
        return _problem(request, str(wrong))
    return _status(request, job)


def _problem(request: HttpRequest, problem: str) -> HttpResponse:
    return render(request, "pull/search.html", {"problem": problem})


@require_GET
def look(request: HttpRequest, job_id: int) -> HttpResponse:
    """The state of the search."""
    return _status(request, get_job(person_of(request), job_id))


def _status(request: HttpRequest, job: Job) -> HttpResponse:
    result = job.result if isinstance(job.result, dict) else {}
    context = {
        "job": job,
        "open": job.state in Job.OPEN,
        "found": result.get("found") or [],
        "troubles": result.get("troubles") or [],
    }
    return render(request, "pull/search.html", context)
