"""The frame of the log page. Reading itself is authorised and written down by the stream."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dashboard.pages.containers.frame import container_frame
from dashboard.person import person_of
from hosts.access import get_object


@require_GET
def page(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """The container's logs, following."""
    person = person_of(request)
    row = get_object(person, "container", endpoint_id, podman_id, verb="container.logs")
    return render(request, "logs/page.html", container_frame(person, row, tab="logs"))
