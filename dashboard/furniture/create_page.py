"""The page that creates an object on a host: a form with errors beside the fields, then the job."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit.shapes import Target
from dashboard.furniture.action_forms import CreateForm
from dashboard.furniture.form_verdict import (
    FormVerdict,
    asks_for_verdict,
    form_verdict,
    verdict_part,
)
from dashboard.furniture.offer import CreatePage, Offer
from dashboard.furniture.watch_job import go_watch
from dashboard.live.spec import registered
from dashboard.person import person_of
from hosts import access
from hosts.access import Person, allows, visible_endpoints
from hosts.models import Batch, Endpoint, Job
from hosts.refusals import FieldRefusal


def create(offer: Offer) -> Callable[..., HttpResponse]:
    """The view: GET the form (?endpoint= is chosen), POST asks for the job. ValueError where the offer has
    no such page.
    """
    page = offer.page
    if not isinstance(page, CreatePage):
        raise ValueError(f"{offer.verb} has no form for something new")

    @never_cache
    @sensitive_post_parameters()
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest) -> HttpResponse:
        person = person_of(request)
        access.require(person, offer.verb, Target(kind=offer.kind, name="any host"))
        endpoints = [
            one
            for one in visible_endpoints(person).select_related("host", "login")
            if allows(person, offer.verb, one)
        ]
        if asks_for_verdict(request):
            return verdict_part(request, _beside(offer, page, person, request.POST, endpoints))
        if request.method == "POST":
            form = page.form(request.POST, request.FILES, endpoints=endpoints)
            if (asked := _ask(offer, person, form)) is not None:
                return go_watch(request, asked)
        else:
            chosen = request.GET.get("endpoint", "")
            start: dict[str, Any] = {}
            if chosen.isdecimal():
                start = {"endpoint": int(chosen), "endpoints": [chosen]}
            elif len(endpoints) == 1:
                start = {"endpoints": [str(endpoints[0].pk)]}
            form = page.form(initial=start, endpoints=endpoints)
        plural = f"{offer.kind}s"
        context = {
            "offer": offer,
            "form": form,
            "endpoints": endpoints,
            "list_word": registered(plural).noun[1],
            "list_url": reverse(f"{plural}:list"),
        }
        return render(request, "objects/create.html", context)

    return view


def _beside(
    offer: Offer, page: CreatePage, person: Person, data: QueryDict, endpoints: list[Endpoint]
) -> FormVerdict | None:
    """None while something is half written: what was said before stays."""
    if page.order is None:
        return None
    written = data.copy()
    # nothing that a rule says hangs on it, and it may come last
    written["name"] = data.get("name", "").strip() or "new"
    form = page.form(written, endpoints=endpoints)
    if not form.is_valid():
        return None
    params = form.params()
    try:
        return form_verdict(
            person, offer.verb, page.order(person, params.pop("endpoint"), **params)
        )
    except FieldRefusal:
        return None


def _ask(offer: Offer, person: Person, form: CreateForm) -> Job | Batch | None:
    if not form.is_valid():
        return None
    params = form.params()
    chosen = params.pop("endpoints", None) or [params.pop("endpoint")]
    ask_many = offer.action.ask_many
    asked: Job | Batch
    try:
        if len(chosen) > 1 and ask_many is not None:
            asked = ask_many(person, chosen, **params)
        else:
            asked = offer.action.ask(person, chosen[0], **params)
    except FieldRefusal as refused:
        form.refuse(refused)
        return None
    return asked
