"""Statistics of a container, a pod, a host, or several compared; and their history."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dashboard.furniture.frames import container_frame, host_frame
from dashboard.pages.stats import charts
from dashboard.pages.stats.history import series_of
from dashboard.pages.stats.sparks import sparks_of
from dashboard.person import person_of
from dashboard.streams.stats_subject import (
    MOST_SUBJECTS,
    VERB,
    StatsSubject,
    container_subject,
    host_subject,
    pod_subject,
    subjects,
)
from hosts.access import get_host, get_object
from hosts.stats.history import RANGES


def _charts(
    request: HttpRequest, found: list[StatsSubject], *, compared: bool = False
) -> dict[str, Any]:
    chosen = request.GET.get("range", "1h")
    return {"stats": charts.context(found, chosen=chosen, compared=compared)}


@require_GET
def container(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """A container's tab."""
    person = person_of(request)
    row = get_object(person, "container", endpoint_id, podman_id, verb=VERB)
    context = container_frame(person, row, tab="stats")
    return render(
        request, "stats/container.html", context | _charts(request, [container_subject(row)])
    )


@require_GET
def host(request: HttpRequest, host_id: int) -> HttpResponse:
    """A host's tab: the sum of its containers, and the machine's size."""
    person = person_of(request)
    row = get_host(person, host_id, "host.view")
    context = host_frame(person, row, tab="stats")
    found = [host_subject(person, host_id)]
    return render(request, "stats/host.html", context | _charts(request, found))


@require_GET
def pod_part(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """The part in a pod's tab."""
    found = [pod_subject(person_of(request), endpoint_id, podman_id)]
    return render(request, "stats/part.html", _charts(request, found))


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Up to ten containers, pods or hosts (`of`); `c` names containers as lists do."""
    chosen = [f"container:{key}" for key in request.GET.getlist("c")]
    names = [*request.GET.getlist("of"), *chosen]
    context = _charts(request, subjects(person_of(request), names), compared=True)
    left_out = max(0, len(set(names)) - MOST_SUBJECTS)
    return render(request, "stats/compare.html", {**context, "left_out": left_out})


@require_GET
def history(request: HttpRequest) -> JsonResponse:
    """`{"step": s, "length": s, "series": [...]}` of the subjects `of` over `range`."""
    found = subjects(person_of(request), request.GET.getlist("of"))
    over = RANGES.get(request.GET.get("range", ""), RANGES["1h"])
    return JsonResponse(
        {"step": over.step_s, "length": over.length_s, "series": series_of(found, over)}
    )


@require_GET
def sparks(request: HttpRequest) -> JsonResponse:
    """Sparklines of the containers `key` (ENDPOINT:ID)."""
    return JsonResponse({"sparks": sparks_of(person_of(request), request.GET.getlist("key"))})
