"""Tabs of a host: disk, events, system."""

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.furniture.frames import host_frame
from dashboard.furniture.inspect_tree import trouble_of
from dashboard.furniture.objects import quoted
from dashboard.furniture.watch_job import toast_watch
from dashboard.live.page import asks_for_list, list_context
from dashboard.live.suggest import suggestions
from dashboard.live.visibility import verbs_for
from dashboard.pages.system import facts
from dashboard.pages.system.disk_usage import measure
from dashboard.pages.system.lists import QUICK, SPEC
from dashboard.person import person_of
from dashboard.toasts import toast
from hosts.access import Person, allows, get_endpoint, get_host, visible_endpoints
from hosts.actions.system import check_system
from hosts.models import DiskUse, Endpoint, Host
from hosts.podman import PodmanError
from hosts.refusals import FieldRefusal


def _endpoints(person: Person, row: Host) -> list[Endpoint]:
    found = visible_endpoints(person).filter(host=row).select_related("host", "disk_use")
    # disk and events are about all objects, so a narrowed grant is not enough
    return [one for one in found.order_by("rootless", "user") if allows(person, "host.view", one)]


@require_GET
def disk(request: HttpRequest, host_id: int) -> HttpResponse:
    """The last measurement of each endpoint. The page measures endpoints without one."""
    person = person_of(request)
    row = get_host(person, host_id, "host.view")
    parts = [_disk_context(person, endpoint) for endpoint in _endpoints(person, row)]
    return render(
        request, "system/disk.html", {**host_frame(person, row, tab="disk"), "parts": parts}
    )


def _disk_context(person: Person, endpoint: Endpoint) -> dict[str, Any]:
    use: DiskUse | None = getattr(endpoint, "disk_use", None)
    return {
        "endpoint": endpoint,
        "use": use,
        "lines": facts.disk_lines(use, verbs_for(person, endpoint)) if use else [],
        "up": endpoint.state in ("up", "degraded"),
        "more": facts.more_prunes(endpoint, verbs_for(person, endpoint)),
    }


@require_http_methods(["GET", "POST"])
async def measure_disk(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Measure one endpoint now. Podman walks its store, which may take minutes."""

    def begin() -> tuple[Person, Endpoint]:
        person = person_of(request)
        return person, get_endpoint(person, endpoint_id, "host.view")

    person, endpoint = await sync_to_async(begin)()
    trouble: dict[str, Any] = {}
    try:
        await measure(endpoint)
    except PodmanError as error:
        trouble = trouble_of(error, endpoint)

    def end() -> HttpResponse:
        fresh = Endpoint.objects.select_related("host", "disk_use").get(pk=endpoint.pk)
        context = {"part": _disk_context(person, fresh), "trouble": trouble}
        return render(request, "system/disk_part.html", context)

    return await sync_to_async(end)()


@require_GET
def events(request: HttpRequest, host_id: int) -> HttpResponse:
    """The host's events, newest first, live."""
    person = person_of(request)
    row = get_host(person, host_id, "host.view")
    if "suggest" in request.GET:
        return JsonResponse({"suggestions": suggestions(SPEC, person, request.GET["suggest"])})
    inside = list_context(person, SPEC, request.GET, locked=f"host:{quoted(row.name)}")
    if asks_for_list(request, SPEC):
        return render(request, "live/list.html", inside)
    lacks = [lack for one in _endpoints(person, row) if (lack := facts.no_events(one))]
    context = {**inside, **host_frame(person, row, tab="events"), "quick": QUICK, "lacks": lacks}
    return render(request, "system/events.html", context)


@require_GET
def system(request: HttpRequest, host_id: int) -> HttpResponse:
    """Facts of Podman, what it can and cannot do, and commands for the host itself."""
    person = person_of(request)
    row = get_host(person, host_id, "host.view")
    parts = [facts.system_facts(endpoint) for endpoint in _endpoints(person, row)]
    context = {**host_frame(person, row, tab="system"), "parts": parts}
    return render(request, "system/system.html", context)


@require_POST
def check(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Ask for a `podman system check`."""
    quick = request.POST.get("whole") != "1"
    try:
        job = check_system.ask(person_of(request), endpoint_id, quick=quick)
    except FieldRefusal as refused:
        return toast(HttpResponse(status=204), refused.message)
    words = _("Check started: %(host)s") % {"host": job.endpoint_name}
    return toast_watch(request, job, words)
