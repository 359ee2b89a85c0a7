"""Download and upload of image archives, under transfer/images/."""

from collections.abc import AsyncIterator, Awaitable, Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.furniture.archive_names import file_name
from dashboard.furniture.verb_views import refs_of
from dashboard.person import person_of
from dashboard.streams.transfer.archives import PLAIN, limit_bytes, named_upload, tar_download
from hosts.access import Person
from hosts.actions.images import archives
from hosts.podman import PodmanError
from hosts.podman.errors import BadRequest
from hosts.refusals import Refusal


@require_GET
def save(request: HttpRequest) -> HttpResponseBase:
    """The images `object` as one archive in the format `form`."""
    person = person_of(request)
    refs = refs_of(request.GET.getlist("object"))
    form = request.GET.get("form", "docker-archive")
    try:
        rows = archives.savable(person, refs, form=form)
    except Refusal as wrong:
        return HttpResponse(str(wrong), status=400, content_type=PLAIN)

    return tar_download(
        request,
        person,
        lambda: archives.save(person, rows, form=form),
        file=file_name(rows),
        failed=_("Not saved: %s"),
        recheck=lambda person: archives.savable(person, refs, form=form),
    )


@require_http_methods(["PUT"])
def load(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """Load the uploaded archive. Answers {"names": […]}."""
    person = person_of(request)
    endpoint = archives.loadable(person, endpoint_id, archives.LOAD)
    file = request.GET.get("file", "")[:255] or "archive"

    async def work(body: AsyncIterator[bytes]) -> list[str]:
        return await archives.load(person, endpoint, body, file=file, limit_bytes=limit_bytes())

    return _upload(request, person, endpoint_id, archives.LOAD, work)


@require_http_methods(["PUT"])
def import_tar(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """Import the uploaded tar of a file system as the image `reference`. Answers {"names": […]}."""
    person = person_of(request)
    endpoint = archives.loadable(person, endpoint_id, archives.IMPORT)
    file = request.GET.get("file", "")[:255] or "archive"
    message = request.GET.get("message", "")[:1000]
    try:
        reference = archives.import_name(request.GET.get("reference", ""))
        changes = archives.import_changes(request.GET.get("changes", "")[:8000])
    except Refusal as wrong:
        return JsonResponse({"error": str(wrong)}, status=400)

    async def work(body: AsyncIterator[bytes]) -> list[str]:
        await archives.import_tar(
            person,
            endpoint,
            body,
            file=file,
            reference=reference,
            message=message,
            changes=changes,
        )
        return [reference]

    return _upload(request, person, endpoint_id, archives.IMPORT, work)


def _upload(
    request: HttpRequest,
    person: Person,
    endpoint_id: int,
    verb: str,
    work: Callable[[AsyncIterator[bytes]], Awaitable[list[str]]],
) -> HttpResponseBase:
    return named_upload(
        request,
        person,
        work,
        words=_words,
        recheck=lambda person: archives.loadable(person, endpoint_id, verb),
    )


def _words(error: PodmanError) -> dict[str, str]:
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
    return told


app_name = "imagetransfers"
urlpatterns = [
    path("save/", save, name="save"),
    path("<int:endpoint_id>/load/", load, name="load"),
    path("<int:endpoint_id>/import/", import_tar, name="import"),
]
