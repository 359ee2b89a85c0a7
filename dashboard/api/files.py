"""Files of containers and volumes: a folder's list, a file or folder out, a file or tar in."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from dashboard.api.bearer import person_of
from dashboard.api.handing_over import failed, hand_over
from dashboard.api.inventory import Id, ObjectId
from dashboard.api.problems import field_error
from dashboard.api.recheck import person_now
from dashboard.api.schemas import PLURALS
from dashboard.furniture.host_calls import ask_host
from dashboard.streams.transfer import files
from dashboard.streams.transfer.archives import limit_bytes
from dashboard.streams.transfer.file_paths import printable, query_path
from hosts.actions.files.place import PathInfo, find_place, stat_path
from hosts.actions.files.read_file import changeable, enter, readable
from hosts.jobs.errand import ActionFailed
from hosts.podman import Podman, PodmanError
from hosts.podman.errors import NotFound
from hosts.podman.folders import FolderEntry, Listing, list_folder

router = Router()
TIMEOUT_S = 30.0
PATH: Any = Field("/", max_length=4096, description="A full path, from the root of it")


class PathQuery(Schema):
    """Where."""

    path: str = PATH


class UploadQuery(PathQuery):
    """Where to, and how it is to be there."""

    replace: bool = Field(False, description="Overwrite a file that is there")
    mode: str = Field("", max_length=4, description="Permissions, such as 644")
    owner: str = Field(
        "", max_length=21, description="Such as 1000:1000; without: root, or who it was"
    )
    mtime: int | None = Field(None, ge=0, lt=10**14, description="Its time, in ms since 1970")


class FileOut(Schema):
    """An entry of a folder. `kind`: file, folder, link, pipe, socket or device. `target`: a link’s.
    `uid` and `gid` are null where the host does not say them.
    """

    name: str
    kind: str
    size_bytes: int | None
    mode: str
    uid: int | None
    gid: int | None
    changed_at: datetime | None
    target: str


class FolderOut(Schema):
    """What is at a path, and in it if it is a folder. `whole` is false where there is more than fits.
    `path` is where links led to.
    """

    path: str
    kind: str
    size_bytes: int
    mode: str
    items: list[FileOut]
    whole: bool


class UploadOut(Schema):
    """`replaced`: there was a file."""

    path: str
    replaced: bool


class UnpackOut(Schema):
    """How much was unpacked."""

    entries: int
    size_bytes: int


def _fails(error: PodmanError | ActionFailed, status: int) -> HttpResponse:
    words = " ".join(dict.fromkeys(filter(None, (error.message, error.cause))))
    if status == 507:
        words = _("The disk of the host is full. Make room and try again.")
    if isinstance(error, NotFound):
        status = 404
    found: HttpResponse = failed(status, words)
    return found


def _path(request: HttpRequest) -> str:
    # as bytes: a name need not be UTF-8
    try:
        return query_path(request)
    except ActionFailed as wrong:
        raise field_error("path", wrong.message) from wrong


def _look(path: str, kind: str, podman_id: str) -> Any:
    async def work(podman: Podman) -> tuple[PathInfo, Listing]:
        place = await find_place(podman, kind, podman_id)
        seen = await stat_path(podman, place, path)
        if seen.stat.kind != "folder":
            return seen, Listing([], whole=True, by_tar=False)
        inside = place.inside(seen.path)
        found = await list_folder(podman, place.container, inside, running=place.running)
        return seen, found

    return work


def _file(found: FolderEntry) -> dict[str, Any]:
    try:
        changed_at = datetime.fromtimestamp(found.mtime_s, UTC)
    except (ValueError, OverflowError, OSError):
        changed_at = None
    known = found.uid >= 0
    return {
        "name": printable(found.name),
        "kind": found.kind,
        "size_bytes": found.size_bytes if found.kind == "file" else None,
        "mode": f"{found.mode:04o}",
        "uid": found.uid if known else None,
        "gid": found.gid if known else None,
        "changed_at": changed_at,
        "target": printable(found.target),
    }


def _routes(kind: str) -> None:
    plural = PLURALS[kind]
    where = f"/{plural}/{{endpoint_id}}/{{podman_id}}/files"
    reads, edits = f"{kind}.files", f"{kind}.files_edit"

    @router.get(
        where,
        response=FolderOut,
        tags=[plural],
        operation_id=f"list_files_of_{kind}",
        summary=f"Files of a {kind}",
    )
    def listed(
        request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, asked: Query[PathQuery]
    ) -> Any:
        """What is at `path`. Reading is an entry in the audit log."""
        person = person_of(request)
        row = readable(person, kind, endpoint_id, podman_id)
        path = _path(request)
        enter(person, kind, row, what="list", path=path)
        try:
            seen, listing = ask_host(
                row.endpoint, _look(path, kind, podman_id), timeout_s=TIMEOUT_S
            )
        except ActionFailed as refused:
            return _fails(refused, 422)
        readable(person_now(request), kind, endpoint_id, podman_id)
        return {
            "path": printable(seen.path),
            "kind": seen.stat.kind,
            "size_bytes": seen.stat.size_bytes,
            "mode": f"{seen.stat.mode & 0o7777:04o}",
            "items": [_file(one) for one in sorted(listing.entries, key=lambda one: one.name)],
            "whole": listing.whole,
        }

    def download(what: str) -> Any:
        def view(
            request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, asked: Query[PathQuery]
        ) -> HttpResponseBase:
            person = person_of(request)
            row = readable(person, kind, endpoint_id, podman_id)
            carry = files.download(person, kind, row, _path(request), what=what, fails=_fails)
            return hand_over(
                request, carry, lambda now: readable(now, kind, endpoint_id, podman_id)
            )

        return view

    for word, what, words, media, meaning in (
        ("content", files.FILE, "Download a file", "application/octet-stream", "Its bytes."),
        (
            "archive",
            files.FOLDER,
            "Download a folder as tar",
            "application/x-tar",
            "Podman’s tar of the folder and all in it. The root of a volume is its export.",
        ),
    ):
        router.get(
            f"{where}/{word}",
            tags=[plural],
            operation_id=f"get_{word}_of_{kind}",
            summary=f"{words} of a {kind}",
            description=f"{meaning} An answer that breaks off is not whole.",
            openapi_extra={
                "x-verb": reads,
                "responses": {200: {"description": words, "content": {media: {"schema": {}}}}},
            },
        )(download(what))

    def take(request: HttpRequest, ref: tuple[int, str], carry: Any) -> HttpResponseBase:
        return hand_over(
            request, carry, lambda now: changeable(now, kind, *ref), limit_bytes=limit_bytes()
        )

    @router.put(
        f"{where}/content",
        response=UploadOut,
        tags=[plural],
        operation_id=f"put_content_of_{kind}",
        summary=f"Upload a file to a {kind}",
        openapi_extra={"x-verb": edits, "requestBody": binary_body("application/octet-stream")},
    )
    def uploaded(
        request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, asked: Query[UploadQuery]
    ) -> HttpResponseBase:
        """The body becomes the file `path`. It needs a Content-Length."""
        person = person_of(request)
        row = changeable(person, kind, endpoint_id, podman_id)
        path = _path(request)
        try:
            wanted = files.file_attributes(request)
        except ActionFailed as wrong:
            raise field_error("mode, owner", wrong.message) from wrong
        carry = files.upload(person, kind, row, path, wanted, replace=asked.replace, fails=_fails)
        return take(request, (endpoint_id, podman_id), carry)

    @router.put(
        f"{where}/archive",
        response=UnpackOut,
        tags=[plural],
        operation_id=f"put_archive_of_{kind}",
        summary=f"Unpack a tar in a {kind}",
        openapi_extra={"x-verb": edits, "requestBody": binary_body("application/x-tar")},
    )
    def unpacked(
        request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, asked: Query[PathQuery]
    ) -> HttpResponseBase:
        """Into the folder `path`, over what is there. The root of a volume is its import."""
        person = person_of(request)
        row = changeable(person, kind, endpoint_id, podman_id)
        carry = files.unpack(person, kind, row, _path(request), only_check=False, fails=_fails)
        return take(request, (endpoint_id, podman_id), carry)


def binary_body(media: str) -> dict[str, Any]:
    """How a route says that it takes bytes."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"required": True, "content": {media: binary}}


for _kind in ("container", "volume"):
    _routes(_kind)
