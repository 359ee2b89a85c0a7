"""Containers on a network, with their addresses; connect and disconnect."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from dashboard.furniture.offer import Question
from dashboard.furniture.used_by import used_by
from dashboard.furniture.watch_job import toast_watch
from dashboard.live.visibility import verbs_for
from dashboard.person import person_of
from dashboard.toasts import toast
from hosts import capabilities
from hosts.access import Person, get_object, visible_objects
from hosts.actions.networks import connect_network, disconnect_network
from hosts.models import Container, InventoryRow, Job
from hosts.models.inventory import LIVE
from hosts.podman import Podman
from hosts.podman.container_uses import ContainerUse, of_network
from hosts.refusals import FieldRefusal

MOST = 500


async def _read(podman: Podman, row: InventoryRow) -> tuple[list[ContainerUse], int]:
    return await of_network(podman, row.name), 0


def _candidates(person: Person, row: InventoryRow) -> list[Container]:
    """Containers that can be connected. A container of a pod has the pod's networks only."""
    seen = Container.objects.filter(visible_objects(person, "container"), LIVE)
    rows = seen.filter(endpoint=row.endpoint, pod_id="").order_by("name")
    # containers with the network host, none or container:… have an empty list
    return [one for one in rows[:MOST] if one.networks and row.name not in one.networks]


def _more(request: HttpRequest, row: InventoryRow) -> dict[str, Any]:
    return {
        "candidates": _candidates(person_of(request), row),
        "lack": capabilities.lacks(row.endpoint, "network_connect"),
        "members": True,
    }


_part = used_by(
    _read,
    how=gettext_lazy("Addresses"),
    nobody=gettext_lazy("No containers are connected"),
    more=_more,
)


def members(request: HttpRequest, row: InventoryRow) -> HttpResponse:
    """The tab's part, asked of the host."""
    request.verbs = verbs_for(person_of(request), row)  # type: ignore[attr-defined]
    return _part(request, row)


def _answer(request: HttpRequest, job: Job, words: str) -> HttpResponse:
    response = toast_watch(request, job, words)
    # the list asks the host again later
    return trigger_client_event(response, "members-later")


@require_POST
def connect(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """Connect a container to the network."""
    person = person_of(request)
    try:
        job = connect_network.ask(
            person,
            (endpoint_id, podman_id),
            container_id=request.POST.get("container", ""),
            aliases=request.POST.get("aliases", "").replace(",", " ").split(),
            address=request.POST.get("address", ""),
        )
    except FieldRefusal as refused:
        return toast(HttpResponse(status=204), refused.message, tone="bad")
    words = _("Connecting %(container)s to %(network)s") % {
        "container": job.params["container"],
        "network": job.object_name,
    }
    return _answer(request, job, words)


@require_http_methods(["GET", "POST"])
def disconnect(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """GET asks, POST disconnects the container `object`."""
    person = person_of(request)
    given = request.GET if request.method == "GET" else request.POST
    container_id = given.get("object", "")
    if request.method == "POST":
        job = disconnect_network.ask(person, (endpoint_id, podman_id), container_id=container_id)
        words = _("Disconnecting %(container)s from %(network)s") % {
            "container": job.params["container"],
            "network": job.object_name,
        }
        return _answer(request, job, words)
    row = get_object(person, "network", endpoint_id, podman_id, verb=disconnect_network.VERB)
    container = get_object(person, "container", endpoint_id, container_id, verb="container.view")
    question = Question(
        title=_("Disconnect %(container)s from %(network)s?")
        % {"container": container.name, "network": row.name},
        verb=_("Disconnect"),
        sentence=_("The container keeps running. Connections over this network break at once."),
        danger=True,
    )
    context = {"question": question, "url": request.path, "objects": [container_id]}
    return render(request, "parts/question.html", context)
