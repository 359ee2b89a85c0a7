"""The pull page and its dialog. The run form uses `offers` too."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.shapes import Target
from dashboard.furniture.targets import choices, chosen_of, endpoints_for
from dashboard.furniture.watch_job import go_watch
from dashboard.pages.pull.full_names import full_names_for
from dashboard.pages.pull.lines import NameLine, read
from dashboard.pages.pull.search import registries_for
from dashboard.person import person_of
from hosts import access
from hosts.access import Person, allows
from hosts.actions.images import pull_image, search_images
from hosts.actions.images.references import parse
from hosts.models import Endpoint
from hosts.refusals import Refusal

ANYWHERE = Target(kind="image", name="any host")


def _person(request: HttpRequest) -> Person:
    person = person_of(request)
    access.require(person, pull_image.VERB, ANYWHERE)
    return person


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The form. ?image= and ?endpoint= fill it in; ?dialog=1 answers the form alone. POST pulls."""
    person = _person(request)
    endpoints = endpoints_for(person, pull_image.VERB)
    if request.method == "POST":
        return _pull(request, person, endpoints)
    chosen = chosen_of(request.GET, endpoints)
    if not chosen and len(endpoints) == 1:
        chosen = endpoints
    text = "\n".join(request.GET.getlist("image"))[:5000]
    lines = read(text, chosen, person)
    return _form(request, endpoints, chosen, text=text, lines=lines)


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What is known of each name, while somebody types."""
    person = _person(request)
    chosen = chosen_of(request.POST, endpoints_for(person, pull_image.VERB))
    lines = read(request.POST.get("images", ""), chosen, person)
    return render(request, "pull/lines.html", {"lines": lines})


@require_GET
def offers(request: HttpRequest) -> HttpResponse:
    """Full names for a short name on one endpoint, as buttons. Nothing for a full name."""
    person = person_of(request)
    wanted = request.GET.get("endpoint", "")
    try:
        reference = parse(request.GET.get("image", ""))
    except Refusal:
        reference = None
    if reference is None or not reference.short or not wanted.isdecimal():
        return HttpResponse()
    endpoint = access.get_endpoint(person, int(wanted), "image.view")
    context = {"offers": full_names_for(person, endpoint, reference), "host": endpoint.host.name}
    return render(request, "pull/full_names.html", context)


def _pull(request: HttpRequest, person: Person, endpoints: list[Endpoint]) -> HttpResponse:
    text = request.POST.get("images", "")
    chosen = chosen_of(request.POST, endpoints)
    lines = read(text, chosen, person)
    problems: dict[str, str] = {}
    if not lines:
        problems["images"] = _("Give the name of an image.")
    if not chosen:
        problems["endpoint"] = _("Choose where to pull.")
    if problems or any(line.problem for line in lines):
        return _form(request, endpoints, chosen, text=text, lines=lines, problems=problems)
    references = [str(line.reference) for line in lines]
    if len(references) == 1 and len(chosen) == 1:
        job = pull_image.ask(person, chosen[0].pk, reference=references[0])
        return go_watch(request, job)
    batch = pull_image.ask_many(person, [one.pk for one in chosen], references=references)
    return go_watch(request, batch)


def _form(
    request: HttpRequest,
    endpoints: list[Endpoint],
    chosen: list[Endpoint],
    *,
    text: str,
    lines: list[NameLine],
    problems: dict[str, str] | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "text": text,
        "lines": lines,
        "problems": problems or {},
        **choices(endpoints, chosen),
        "can_search": allows(person_of(request), search_images.VERB),
        "registries": registries_for(person_of(request), endpoints),
    }
    htmx = "HX-Request" in request.headers
    dialog = bool(request.GET.get("dialog"))
    context["dialog"] = dialog
    template = "pull/dialog.html" if dialog and not htmx_post(request) else "pull/form.html"
    if not htmx:
        template = "pull/page.html"
    return render(request, template, context, status=422 if problems and not htmx else 200)


def htmx_post(request: HttpRequest) -> bool:
    """True when htmx sent the form: the answer replaces the form."""
    return request.method == "POST" and "HX-Request" in request.headers
