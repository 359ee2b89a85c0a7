"""Pages of containers: the list, one container, peek, inspect, history."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard.furniture.frames import container_frame
from dashboard.furniture.history import history_of
from dashboard.furniture.inspect_tree import inspect_part
from dashboard.furniture.objects import above_list
from dashboard.live.page import list_page, live_row
from dashboard.offers.containers import BUTTONS
from dashboard.pages.containers.lists import QUICK, SPEC, SUMMARY
from dashboard.person import person_of
from hosts.access import get_object


@require_GET
def containers(request: HttpRequest) -> HttpResponse:
    extra = {
        "word": _("Containers"),
        "quick": QUICK,
        "buttons": above_list(person_of(request), BUTTONS),
    }
    return list_page(request, SPEC, "objects/list.html", extra)


def _frame(request: HttpRequest, endpoint_id: int, podman_id: str, tab: str) -> dict[str, Any]:
    person = person_of(request)
    row = get_object(person, "container", endpoint_id, podman_id, verb="container.view")
    return container_frame(person, row, tab=tab)


@require_GET
def container(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """One container: state and summary."""
    context = _frame(request, endpoint_id, podman_id, "summary")
    context["summary"] = live_row(person_of(request), SUMMARY, context["row"])
    return render(request, "containers/page.html", context)


@require_GET
def peek(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """The side panel of the list."""
    context = _frame(request, endpoint_id, podman_id, "summary")
    context["summary"] = live_row(person_of(request), SUMMARY, context["row"])
    return render(request, "containers/peek.html", context)


def inspect(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """The inspect tab: first the page, then (htmx) the tree from the host."""
    if "HX-Request" in request.headers or request.method == "POST":
        return inspect_part(request, "container", endpoint_id, podman_id)
    return render(
        request, "objects/inspect.html", _frame(request, endpoint_id, podman_id, "inspect")
    )


@require_GET
def history(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    context = _frame(request, endpoint_id, podman_id, "history")
    context["past"] = history_of(person_of(request), "container", context["row"])
    return render(request, "objects/history.html", context)
