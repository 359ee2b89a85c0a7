"""Uploads and downloads of files, handed over to the event loop (dashboard.streams.transfer)."""

import posixpath

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.person import person_of
from dashboard.streams.transfer import files
from dashboard.streams.transfer.archives import limit_bytes
from dashboard.streams.transfer.file_paths import printable, query_path, query_value
from dashboard.streams.transfer.handover import Handover
from hosts.access import Person
from hosts.actions.files.place import checked_file_name
from hosts.actions.files.read_file import changeable, readable
from hosts.jobs.errand import ActionFailed
from hosts.podman import PodmanError

KINDS = ("container", "volume")


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise Http404
    return kind


@require_GET
def download_file(
    request: HttpRequest, kind: str, endpoint_id: int, podman_id: str
) -> HttpResponseBase:
    return _download(request, _kind(kind), endpoint_id, podman_id, what=files.FILE)


@require_GET
def download_folder(
    request: HttpRequest, kind: str, endpoint_id: int, podman_id: str
) -> HttpResponseBase:
    """A folder with its content as Podman's tar. The root of a volume is its export."""
    return _download(request, _kind(kind), endpoint_id, podman_id, what=files.FOLDER)


def _download(
    request: HttpRequest, kind: str, endpoint_id: int, podman_id: str, *, what: str
) -> HttpResponseBase:
    person = person_of(request)
    row = readable(person, kind, endpoint_id, podman_id)
    try:
        path = query_path(request)
    except ActionFailed as trouble:
        return HttpResponse(trouble.message, status=400, content_type="text/plain; charset=utf-8")

    def fails(error: PodmanError | ActionFailed, status: int) -> HttpResponse:
        # as plain text: a download link has no page
        words = _("%(path)s on %(host)s cannot be downloaded: %(why)s") % {
            "path": printable(path),
            "host": row.endpoint,
            "why": error.message,
        }
        return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")

    def recheck(person: Person) -> None:
        readable(person, kind, endpoint_id, podman_id)

    carry = files.download(person, kind, row, path, what=what, fails=fails)
    return Handover(request, carry, person=person, recheck=recheck)


@require_http_methods(["PUT"])
def upload(request: HttpRequest, kind: str, endpoint_id: int, podman_id: str) -> HttpResponseBase:
    """Write the body into the folder `path` as `name`. Needs Content-Length.

    Query: `replace=1` to overwrite, `mode` (octal), `owner` (uid:gid), `mtime` (ms).

    Answers {"path", "replaced"}; {"error"} with 409 when the name is taken.
    """
    kind = _kind(kind)
    person = person_of(request)
    row = changeable(person, kind, endpoint_id, podman_id)
    try:
        path = posixpath.join(query_path(request), checked_file_name(query_value(request, "name")))
        wanted = files.file_attributes(request)
    except ActionFailed as trouble:
        return _error(trouble, 400)
    replace = query_value(request, "replace") == "1"

    def recheck(person: Person) -> None:
        changeable(person, kind, endpoint_id, podman_id)

    carry = files.upload(person, kind, row, path, wanted, replace=replace, fails=_error)
    return Handover(request, carry, person=person, recheck=recheck, limit_bytes=limit_bytes())


@require_http_methods(["PUT"])
def unpack(request: HttpRequest, kind: str, endpoint_id: int, podman_id: str) -> HttpResponseBase:
    """Unpack the uploaded tar into the folder `path`. For a volume's root this is its import.

    `check=1` judges the tar only; a page does that first, so that no import stops half-way.

    Answers {"entries", "size_bytes"}.
    """
    kind = _kind(kind)
    person = person_of(request)
    row = changeable(person, kind, endpoint_id, podman_id)
    try:
        path = query_path(request)
    except ActionFailed as trouble:
        return _error(trouble, 400)
    only_check = query_value(request, "check") == "1"

    def recheck(person: Person) -> None:
        changeable(person, kind, endpoint_id, podman_id)

    carry = files.unpack(person, kind, row, path, only_check=only_check, fails=_error)
    return Handover(request, carry, person=person, recheck=recheck, limit_bytes=limit_bytes())


def _error(error: PodmanError | ActionFailed, status: int) -> JsonResponse:
    if status == 507:
        words = _("The disk of the host is full. Make room and try again.")
        return JsonResponse({"error": words, "cause": error.message}, status=status)
    told = {"error": error.message}
    if error.cause and error.cause != error.message:
        told["cause"] = error.cause
    return JsonResponse(told, status=status)
