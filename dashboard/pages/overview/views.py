"""The overview."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dashboard.live.page import list_context
from dashboard.live.spec import ListSpec
from dashboard.pages.access.room import managers
from dashboard.pages.overview.fleet import worked_out_once
from dashboard.pages.overview.lists import (
    ATTENTION,
    ENTRIES,
    FLEET,
    RUNNING,
    TOP_CPU,
    TOP_MEMORY,
    TOTALS,
)
from dashboard.person import person_of
from hosts.access import Person, verbs_at, visible_hosts


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What needs attention, the fleet, what goes on. Without any host: how to add the first."""
    person = person_of(request)
    verbs = verbs_at(person)
    if not visible_hosts(person).exists():
        if "host.add" in verbs:
            return redirect("joining:add")
        context = {"holds_nothing": "host.view" not in verbs, "ask_whom": managers()}
        return render(request, "overview/nothing.html", context)
    with worked_out_once():
        panels = {spec.name.removeprefix("overview-"): _panel(person, spec) for spec in _of(person)}
    return render(request, "overview/page.html", {**panels, "verbs": verbs})


def _of(person: Person) -> list[ListSpec]:
    every = (TOTALS, ATTENTION, FLEET, TOP_CPU, TOP_MEMORY, RUNNING, ENTRIES)
    return [spec for spec in every if spec.open_to(person)]


def _panel(person: Person, spec: ListSpec) -> dict[str, Any]:
    return list_context(person, spec, {})
