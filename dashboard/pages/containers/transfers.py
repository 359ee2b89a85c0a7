"""A container's files as one tar, under transfer/containers/."""

from collections.abc import AsyncIterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard.person import person_of
from dashboard.streams.transfer.handover import Handover, StreamedAnswer
from hosts.actions.containers import export_container
from hosts.podman import PodmanError


@require_GET
def export(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponseBase:
    """The root file system; volumes are not in it."""
    person, ref = person_of(request), (endpoint_id, podman_id)
    row = export_container.exportable(person, ref)

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        pieces = export_container.export(person, row)
        try:
            first = await anext(pieces, b"")
        except PodmanError as error:
            await pieces.aclose()
            words = _("Not exported: %s") % error.message
            return HttpResponse(words, status=502, content_type="text/plain; charset=utf-8")

        answer = StreamedAnswer(pieces, first=first, content_type="application/x-tar")
        answer["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=f"{row.name or row.podman_id[:12]}.tar"
        )
        return answer

    return Handover(
        request,
        carry,
        person=person,
        recheck=lambda person: export_container.exportable(person, ref),
    )


app_name = "containertransfers"
urlpatterns = [path("<int:endpoint_id>/<str:podman_id>/export/", export, name="export")]
