"""The log pages. The stream authorises the reading and writes the audit entry."""

from typing import Final

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit.shapes import Target
from dashboard.furniture.frames import container_frame
from dashboard.live.filterline import Term, parse
from dashboard.live.spec import registered
from dashboard.live.suggest import suggestions
from dashboard.live.view import to_q
from dashboard.live.visibility import scope_to_visible
from dashboard.person import person_of
from dashboard.streams.log_choice import log_query
from hosts.access import Person, get_object, require
from hosts.models import Container

MOST_STARTS: Final = 12


@require_GET
def page(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """A container's log."""
    person = person_of(request)
    row = get_object(person, "container", endpoint_id, podman_id, verb="container.logs")
    socket = f"/ws/logs/{row.endpoint_id}/{row.podman_id}/"
    context = {**container_frame(person, row, tab="logs"), "socket": socket}
    return render(request, "logs/page.html", context)


@require_GET
def merged(request: HttpRequest) -> HttpResponse:
    """Merged logs of the containers named by `c`, or found by the filter `q`."""
    person = person_of(request)
    require(person, "container.logs", Target(kind="list", name="logs"))
    asked = log_query(dict(request.GET.lists()))
    spec = registered("containers")
    if "suggest" in request.GET:
        found = suggestions(spec, person, request.GET["suggest"])
        return JsonResponse({"suggestions": found})
    grouping = spec.grouping(asked.group)
    key = grouping.key_of(asked.key) if grouping else None
    context = {
        "socket": "/ws/logs/",
        "asked": asked.query,
        "line": asked.line,
        "one": asked,
        "grouping": grouping,
        "title": grouping.title(key, {}) if grouping and key is not None else "",
        "named": len(asked.refs),
        "troubles": to_q(spec, parse(asked.line))[1],
        "starts": () if asked.query else _starts(person),
    }
    return render(request, "logs/merged.html", context)


def _starts(person: Person) -> list[tuple[str, int]]:
    """(filter line, number of containers) to begin with: the largest compose projects, and all running."""
    rows = scope_to_visible(Container.objects.filter(is_infra=False), person)
    projects = rows.exclude(project="").values("project").annotate(n=Count("pk"))
    found = [
        (str(Term("project", row["project"])), row["n"])
        for row in projects.order_by("-n", "project")[:MOST_STARTS]
    ]
    running = rows.filter(state="running").count()
    return [*found, ("state:running", running)] if running else found
