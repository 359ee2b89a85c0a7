"""Download and upload of an artifact's files, under transfer/artifacts/."""

from collections.abc import AsyncIterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.person import person_of
from dashboard.streams.transfer.archives import PLAIN, named_upload, tar_download
from hosts.actions.artifacts import transfers
from hosts.actions.artifacts.names import whole_name
from hosts.podman import PodmanError
from hosts.refusals import Refusal


@require_GET
def extract(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """All files of the artifact `name` as one tar."""
    person = person_of(request)
    try:
        endpoint = transfers.place(person, endpoint_id, transfers.EXTRACT)
        name = whole_name(request.GET.get("name", ""))
    except Refusal as wrong:
        return HttpResponse(str(wrong), status=400, content_type=PLAIN)
    file = name.rpartition("/")[2].replace(":", "-").replace("@", "-")
    return tar_download(
        request,
        person,
        lambda: transfers.extract(person, endpoint, name),
        file=f"{file}.tar",
        failed=_("Not downloaded: %s"),
        recheck=lambda person: transfers.place(person, endpoint_id, transfers.EXTRACT),
    )


@require_http_methods(["PUT"])
def add(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """Upload a file: the body is its content. Answers {"names": […]}."""
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

    async def work(body: AsyncIterator[bytes]) -> list[str]:
        await transfers.add(person, endpoint, body, order=order)
        return [f"{order.name} · {order.file}"]

    return named_upload(
        request,
        person,
        work,
        words=_words,
        recheck=lambda person: transfers.place(person, endpoint_id, transfers.ADD),
    )


def _words(error: PodmanError) -> dict[str, str]:
    told = {"error": error.message}
    text = f"{error.message} {error.cause}"
    if "already exists" in text:
        told["cure"] = _("Choose another name, or add the file to the existing artifact.")
    elif "no space left" in text:
        told["cure"] = _("The host's disk is full. Nothing was added.")
    return told


app_name = "artifacttransfers"
urlpatterns = [
    path("<int:endpoint_id>/add/", add, name="add"),
    path("<int:endpoint_id>/extract/", extract, name="extract"),
]
