"""The list of hosts, and one host with its objects."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET

from audit import queries
from audit.queries import Filters, Line
from audit.shapes import Target
from dashboard.furniture.frames import host_frame
from dashboard.furniture.grants import counting_on, grants_shown
from dashboard.furniture.history import History
from dashboard.furniture.log.words import entry_sentence
from dashboard.furniture.objects import above_list, quoted
from dashboard.live.page import asks_for_list, list_context, list_page, live_row
from dashboard.live.spec import registered
from dashboard.live.suggest import suggestions
from dashboard.offers.hosts import BUTTONS
from dashboard.pages.hosts.lists import QUICK, SPEC, SUMMARY
from dashboard.person import person_of
from hosts.access import allows, get_host, require, visible_entries
from hosts.models import Grant, Host

# lists in a host's frame
KINDS = {
    "images": _lazy("Images"),
    "volumes": _lazy("Volumes"),
    "secrets": _lazy("Secrets"),
    "networks": _lazy("Networks"),
    "pods": _lazy("Pods"),
    "units": _lazy("Units"),
}


@require_GET
def hosts(request: HttpRequest) -> HttpResponse:
    add = {"empty_url": reverse("hosts:add"), "empty_action": _("Add a host")}
    may_add = allows(person_of(request), "host.add")
    extra = {
        "word": _("Hosts"),
        "quick": QUICK,
        "buttons": above_list(person_of(request), BUTTONS),
        **(add if may_add else {}),
    }
    return list_page(request, SPEC, "objects/list.html", extra)


@require_GET
def host(request: HttpRequest, host_id: int) -> HttpResponse:
    """One host: state with reason, endpoints, containers."""
    person = person_of(request)
    row = get_host(person, host_id, "host.view")
    containers = registered("containers")
    inside = list_context(person, containers, request.GET, locked=f"host:{quoted(row.name)}")
    if asks_for_list(request, containers):
        return render(request, "live/list.html", inside)
    context = host_frame(person, row, tab="summary")
    context["summary"] = live_row(person, SUMMARY, row)
    if allows(person, "access.view"):
        there = counting_on(Host.objects.filter(pk=row.pk))
        context |= {"grants": grants_shown(person, Grant.objects.filter(there)), "told": True}
    return render(request, "hosts/page.html", {**inside, **context})


@require_GET
def objects(request: HttpRequest, host_id: int, plural: str) -> HttpResponse:
    """The list of one kind of object on this host, in the host's frame."""
    person = person_of(request)
    row = get_host(person, host_id, "host.view")
    spec = registered(plural)
    if not spec.open_to(person):
        require(person, spec.verb, Target(kind="list", name=spec.name))
    if "suggest" in request.GET:
        return JsonResponse({"suggestions": suggestions(spec, person, request.GET["suggest"])})
    inside = list_context(person, spec, request.GET, locked=f"host:{quoted(row.name)}")
    if asks_for_list(request, spec):
        return render(request, "live/list.html", inside)
    context = {**host_frame(person, row, tab=plural), "word": KINDS[plural]}
    return render(request, "hosts/objects.html", {**inside, **context})


@require_GET
def history(request: HttpRequest, host_id: int) -> HttpResponse:
    """Audit entries about this host and its objects."""
    person = person_of(request)
    row = get_host(person, host_id, "host.view")
    lines: list[Line] = []
    if allows(person, "audit.read"):
        seen = visible_entries(person)
        lines = queries.search(Filters(host_id=row.pk), visible=seen, limit=100).lines
        for line in lines:
            line.entry.said = entry_sentence(line)  # type: ignore[attr-defined]
    past = History(jobs=[], lines=lines, may_read=True, ends=[])
    context = {**host_frame(person, row, tab="history"), "past": past}
    return render(request, "objects/history.html", context)
