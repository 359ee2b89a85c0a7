"""Archives of images down to and up from a browser, under transfer/images/."""

from collections.abc import AsyncIterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.furniture.acting import refs_of
from dashboard.person import person_of
from dashboard.streams.transfer.handover import Carry, Handover, StreamedAnswer
from hosts.access import Person
from hosts.actions.images import archives
from hosts.jobs.errand import ActionFailed
from hosts.models import Image
from hosts.podman import PodmanError
from hosts.podman.errors import BadRequest
from hosts.refusals import Refusal

_TEXT = "text/plain; charset=utf-8"


@require_GET
def save(request: HttpRequest) -> HttpResponseBase:
    """The images named by `object`, as one archive in the format `form`."""
    person = person_of(request)
    refs = refs_of(request.GET.getlist("object"))
    form = request.GET.get("form", "docker-archive")
    try:
        rows = archives.savable(person, refs, form=form)
    except Refusal as wrong:
        return HttpResponse(str(wrong), status=400, content_type=_TEXT)

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        pieces = archives.save(person, rows, form=form)
        try:
            first = await anext(pieces, b"")
        except (PodmanError, ActionFailed) as error:
            await pieces.aclose()
            words = _("Not saved: %s") % error.message
            return HttpResponse(words, status=502, content_type=_TEXT)
        answer = StreamedAnswer(pieces, first=first, content_type="application/x-tar")
        answer["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=file_name(rows)
        )
        return answer

    def recheck(person: Person) -> None:
        archives.savable(person, refs, form=form)

    return Handover(request, carry, person=person, recheck=recheck)


def file_name(rows: list[Image]) -> str:
    """“web-latest.tar”: of the last part of the name; several are “images.tar”."""
    if len(rows) > 1:
        return "images.tar"
    name = (rows[0].name or rows[0].podman_id[:12]).rpartition("/")[2]
    return name.replace(":", "-").replace("@", "-") + ".tar"


@require_http_methods(["PUT"])
def load(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """The body is an archive of images. Answers {"names": […]}."""
    person = person_of(request)
    endpoint = archives.loadable(person, endpoint_id, archives.LOAD)
    file = request.GET.get("file", "")[:255] or "archive"

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        try:
            names = await archives.load(
                person, endpoint, body, file=file, limit_bytes=_limit_bytes()
            )
        except ActionFailed as refused:
            told = {"error": refused.message, "cause": refused.cause}
            return JsonResponse(told, status=422)
        except PodmanError as error:
            return _error(error)
        return JsonResponse({"names": names})

    return _upload(request, person, endpoint_id, archives.LOAD, carry)


def _limit_bytes() -> int:
    return settings.HAULOUT_UPLOAD_MIB * 2**20


@require_http_methods(["PUT"])
def import_tar(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """The body is a file system's tar, `reference` the image's name. Answers {"names": […]}."""
    person = person_of(request)
    endpoint = archives.loadable(person, endpoint_id, archives.IMPORT)
    file = request.GET.get("file", "")[:255] or "archive"
    message = request.GET.get("message", "")[:1000]
    try:
        reference = archives.import_name(request.GET.get("reference", ""))
        changes = archives.import_changes(request.GET.get("changes", "")[:8000])
    except Refusal as wrong:
        return JsonResponse({"error": str(wrong)}, status=400)

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        try:
            await archives.import_tar(
                person,
                endpoint,
                body,
                file=file,
                reference=reference,
                message=message,
                changes=changes,
            )
        except ActionFailed as refused:
            return JsonResponse({"error": refused.message, "cause": refused.cause}, status=422)
        except PodmanError as error:
            return _error(error)
        return JsonResponse({"names": [reference]})

    return _upload(request, person, endpoint_id, archives.IMPORT, carry)


def _upload(
    request: HttpRequest, person: Person, endpoint_id: int, verb: str, carry: Carry
) -> HttpResponseBase:
    def recheck(person: Person) -> None:
        archives.loadable(person, endpoint_id, verb)

    return Handover(request, carry, person=person, recheck=recheck, limit_bytes=_limit_bytes())


def _error(error: PodmanError) -> JsonResponse:
    """Podman's words, and a cure where one is known."""
    told = {"error": error.message}
    text = f"{error.message} {error.cause}"
    if "no space left" in text:
        told["cure"] = _(
            "The host's disk is full. Nothing was loaded; prune images, then try again."
        )
    elif "payload does not match" in text:
        told["error"] = _("This is not an archive of images, or it is incomplete.")
        told["cause"] = error.message
        told["cure"] = _(
            "Load takes archives from “podman save” or “docker save”. To load a plain tar of "
            "files, import it."
        )
    elif isinstance(error, BadRequest):
        told["cure"] = _("Check the name and the settings.")
    return JsonResponse(told, status=502)


app_name = "imagetransfers"
urlpatterns = [
    path("save/", save, name="save"),
    path("<int:endpoint_id>/load/", load, name="load"),
    path("<int:endpoint_id>/import/", import_tar, name="import"),
]
