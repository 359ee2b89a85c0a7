"""Files of artifacts up from and down to a browser, under transfer/artifacts/."""

from collections.abc import AsyncIterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.person import person_of
from dashboard.streams.transfer.handover import Handover, StreamedAnswer
from hosts.actions.artifacts import transfers
from hosts.actions.artifacts.names import whole_name
from hosts.jobs.errand import ActionFailed
from hosts.podman import PodmanError
from hosts.refusals import Refusal

_TEXT = "text/plain; charset=utf-8"


@require_GET
def extract(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """The files of the artifact `name`, as one tar."""
    person = person_of(request)
    try:
        endpoint = transfers.place(person, endpoint_id, transfers.EXTRACT)
        name = whole_name(request.GET.get("name", ""))
    except Refusal as wrong:
        return HttpResponse(str(wrong), status=400, content_type=_TEXT)

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        pieces = transfers.extract(person, endpoint, name)
        try:
            first = await anext(pieces, b"")
        except PodmanError as error:
            await pieces.aclose()
            words = _("Not downloaded: %s") % error.message
            return HttpResponse(words, status=502, content_type=_TEXT)
        answer = StreamedAnswer(pieces, first=first, content_type="application/x-tar")
        file = name.rpartition("/")[2].replace(":", "-").replace("@", "-")
        answer["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=f"{file}.tar"
        )
        return answer

    return Handover(
        request,
        carry,
        person=person,
        recheck=lambda person: transfers.place(person, endpoint_id, transfers.EXTRACT),
    )


@require_http_methods(["PUT"])
def add(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """The body is the file. Answers {"names": […]}."""
    person = person_of(request)
    given = request.GET
    try:
        endpoint = transfers.place(person, endpoint_id, transfers.ADD)
        order = transfers.add_options(
            name=given.get("name", ""),
            file=given.get("file", ""),
            kind=given.get("type", "").strip(),
            append=given.get("how") == "append",
        )
    except Refusal as wrong:
        return JsonResponse({"error": str(wrong)}, status=400)

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        try:
            await transfers.add(person, endpoint, body, order=order)
        except ActionFailed as refused:
            return JsonResponse({"error": refused.message, "cause": refused.cause}, status=422)
        except PodmanError as error:
            return _error(error)
        return JsonResponse({"names": [f"{order.name} · {order.file}"]})

    return Handover(
        request,
        carry,
        person=person,
        recheck=lambda person: transfers.place(person, endpoint_id, transfers.ADD),
        limit_bytes=settings.HAULOUT_UPLOAD_MIB * 2**20,
    )


def _error(error: PodmanError) -> JsonResponse:
    """Podman's words, and a cure where one is known."""
    told = {"error": error.message}
    text = f"{error.message} {error.cause}"
    if "already exists" in text:
        told["cure"] = _("Choose another name, or add the file to the existing artifact.")
    elif "no space left" in text:
        told["cure"] = _("The host's disk is full. Nothing was added.")
    return JsonResponse(told, status=502)


app_name = "artifacttransfers"
urlpatterns = [
    path("<int:endpoint_id>/add/", add, name="add"),
    path("<int:endpoint_id>/extract/", extract, name="extract"),
]
