"""The overview."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dashboard.furniture.people import managers
from dashboard.live.page import list_context
from dashboard.live.spec import ListSpec, registered
from dashboard.pages.overview.fleet import fleet_read_once
from dashboard.pages.overview.lists import (
    ATTENTION,
    ENTRIES,
    FLEET,
    TOP_CPU,
    TOP_MEMORY,
    TOTALS,
)
from dashboard.person import person_of
from hosts.access import Person, verbs_at, visible_hosts

# sees a host; may see hosts, but there is none; may not see hosts
SEES, WAITS, HOLDS_NOTHING = "sees", "waits", "nothing"


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The panels that the person may see. Without any host: how to add the first, or whom to ask."""
    person = person_of(request)
    verbs = verbs_at(person)
    stands = _stands(person, verbs)
    if "waits" in request.GET:
        # the page without a host polls whether there is one now
        same = request.GET["waits"] == stands
        return HttpResponse(status=204, headers={} if same else {"HX-Refresh": "true"})
    if stands != SEES:
        if "host.add" in verbs:
            return redirect("hosts:add")
        context = {
            "stands": stands,
            "ask_whom": managers(besides=person.user),
        }
        return render(request, "overview/no_hosts.html", context)
    with fleet_read_once():
        panels = {spec.name.removeprefix("overview-"): _panel(person, spec) for spec in _of(person)}
    return render(request, "overview/page.html", {**panels, "verbs": verbs})


def _stands(person: Person, verbs: frozenset[str]) -> str:
    if visible_hosts(person).exists():
        return SEES
    return WAITS if "host.view" in verbs else HOLDS_NOTHING


def _of(person: Person) -> list[ListSpec]:
    jobs = registered("overview-jobs")
    every = (TOTALS, ATTENTION, FLEET, TOP_CPU, TOP_MEMORY, jobs, ENTRIES)
    return [spec for spec in every if spec.open_to(person)]


def _panel(person: Person, spec: ListSpec) -> dict[str, Any]:
    return list_context(person, spec, {})
