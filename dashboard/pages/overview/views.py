"""The overview."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dashboard.furniture.people import managers
from dashboard.live.page import list_context
from dashboard.live.spec import ListSpec, registered
from dashboard.pages.overview.fleet import worked_out_once
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

# a host to look at, the right to look without a host yet, neither
SEES, WAITS, HOLDS_NOTHING = "sees", "waits", "nothing"


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What needs attention, the fleet, what goes on. Without any host: how to add the first."""
    person = person_of(request)
    verbs = verbs_at(person)
    stands = _stands(person, verbs)
    if "waits" in request.GET:
        # a page of somebody who waits for access, or for a first host, asks whether it came
        same = request.GET["waits"] == stands
        return HttpResponse(status=204, headers={} if same else {"HX-Refresh": "true"})
    if stands != SEES:
        if "host.add" in verbs:
            return redirect("hosts:add")
        context = {
            "stands": stands,
            "ask_whom": managers(besides=person.user),
        }
        return render(request, "overview/nothing.html", context)
    with worked_out_once():
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
