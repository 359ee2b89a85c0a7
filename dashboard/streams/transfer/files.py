"""Files of containers and volumes read and written, as transfers of whatever door."""

import posixpath
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from dashboard.streams.transfer.file_paths import printable, query_value
from dashboard.streams.transfer.handover import Carry, StreamedAnswer
from hosts.access import Person
from hosts.actions.files.import_judge import ImportJudge
from hosts.actions.files.place import find_place, stat_path
from hosts.actions.files.read_file import file_pieces, folder_pieces, target_for
from hosts.actions.files.write_file import FileAttributes, FileExists, write_file
from hosts.actions.streams import StreamedAction, streamed_action
from hosts.dial import dial
from hosts.jobs.errand import ActionFailed
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError, archive
from hosts.podman.errors import BadRequest, NotFound
from hosts.podman.tars import Member

# what a door answers where it failed, with the status
Fails = Callable[[PodmanError | ActionFailed, int], HttpResponse]
FILE, FOLDER = "download", "folder"
_MODE = re.compile(r"[0-7]{3,4}")
_IDS = re.compile(r"(\d{1,10}):(\d{1,10})")


def download(
    person: Person, kind: str, row: InventoryRow, path: str, *, what: str, fails: Fails
) -> Carry:
    """`what`: FILE, its bytes; FOLDER, a tar with its content. The root of a volume is its export."""

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        # the intent is written now, the outcome with the last byte or the break
        reading = streamed_action(
            person, f"{kind}.files", target_for(row, kind), {"what": what, "path": path}
        )
        try:
            if what == FOLDER:
                return await _folder_answer(kind, row, path, reading)
            return await _file_answer(kind, row, path, reading)
        except (PodmanError, ActionFailed) as error:
            return fails(error, 404 if isinstance(error, NotFound) else _status_of(error))

    return carry


async def _file_answer(
    kind: str, row: InventoryRow, path: str, reading: AbstractAsyncContextManager[StreamedAction]
) -> HttpResponseBase:
    async with AsyncExitStack() as held:
        action = await held.enter_async_context(reading)
        podman = await held.enter_async_context(Podman(dial(row.endpoint, streams=True)))
        place = await find_place(podman, kind, row.podman_id)
        seen = await stat_path(podman, place, path)
        if seen.stat.kind != "file":
            raise ActionFailed(_("Only a file can be downloaded as it is."))
        member, parts = await file_pieces(podman, place, seen.path)
        held.push_async_callback(parts.aclose)
        answer = StreamedAnswer(
            _exactly(member.size_bytes, parts, held.pop_all(), action),
            content_type="application/octet-stream",
        )
        answer["Content-Length"] = str(member.size_bytes)
        return _as_attachment(answer, printable(posixpath.basename(path)))
    raise AssertionError("unreachable")


async def _folder_answer(
    kind: str, row: InventoryRow, path: str, reading: AbstractAsyncContextManager[StreamedAction]
) -> HttpResponseBase:
    async with AsyncExitStack() as held:
        action = await held.enter_async_context(reading)
        podman = await held.enter_async_context(Podman(dial(row.endpoint, streams=True)))
        place = await find_place(podman, kind, row.podman_id)
        seen = await stat_path(podman, place, path)
        if seen.stat.kind != "folder":
            raise ActionFailed(_("%(path)s is not a folder.") % {"path": printable(path)})
        parts = folder_pieces(podman, place, seen.path)
        held.push_async_callback(parts.aclose)
        first = await anext(parts, b"")
        answer = StreamedAnswer(
            _all(first, parts, held.pop_all(), action), content_type="application/x-tar"
        )
        name = printable(posixpath.basename(seen.path)) or row.name or "files"
        return _as_attachment(answer, f"{name}.tar")
    raise AssertionError("unreachable")


def _as_attachment(answer: StreamingHttpResponse, name: str) -> StreamingHttpResponse:
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


async def _exactly(
    size_bytes: int,
    parts: AsyncGenerator[Member | bytes, None],
    held: AsyncExitStack,
    action: StreamedAction,
) -> AsyncGenerator[bytes, None]:
    """The file's bytes. Raises NotFound when the file became shorter meanwhile."""
    async with held:
        sent = 0
        async for part in parts:
            if isinstance(part, bytes):
                sent += len(part)
                action.detail = f"{sent} of {size_bytes} bytes"
                yield part
        if sent != size_bytes:
            action.detail = f"{sent} of {size_bytes} bytes: the file became shorter"
            raise NotFound("The file ended before its size.")


async def _all(
    first: bytes, parts: AsyncGenerator[bytes, None], held: AsyncExitStack, action: StreamedAction
) -> AsyncGenerator[bytes, None]:
    async with held:
        sent = len(first)
        action.detail = f"{sent} bytes"
        yield first
        async with aclosing(parts):
            async for part in parts:
                sent += len(part)
                action.detail = f"{sent} bytes"
                yield part


def upload(
    person: Person,
    kind: str,
    row: InventoryRow,
    path: str,
    wanted: FileAttributes,
    *,
    replace: bool,
    fails: Fails,
) -> Carry:
    """Answers {"path", "replaced"}; 409 when the name is taken."""
    verb = f"{kind}.files_edit"

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        params: dict[str, Any] = {"what": "upload", "path": path, "size_bytes": wanted.size_bytes}
        try:
            async with streamed_action(person, verb, target_for(row, kind), params) as action:
                async with Podman(dial(row.endpoint, streams=True)) as podman:
                    place = await find_place(podman, kind, row.podman_id)
                    await stat_path(podman, place, posixpath.dirname(path))
                    before = await write_file(
                        podman, place, path, wanted, body, replace=replace, action=action
                    )
                    if before is not None:
                        action.detail = f"replaced {before.size_bytes} bytes"
        except FileExists as exists:
            return fails(exists, 409)
        except (PodmanError, ActionFailed) as error:
            return fails(error, _status_of(error))
        return JsonResponse({"path": printable(path), "replaced": before is not None})

    return carry


def unpack(
    person: Person, kind: str, row: InventoryRow, path: str, *, only_check: bool, fails: Fails
) -> Carry:
    """A tar into the folder `path`. For a volume's root this is its import. `only_check` judges the
    tar and changes nothing.

    Answers {"entries", "size_bytes"}.
    """

    async def carry(body: AsyncIterator[bytes]) -> HttpResponseBase:
        judge = ImportJudge()
        try:
            if only_check:
                async for _piece in judge.checked(body):
                    continue
            else:
                await _unpack(person, kind, row, path, judge, body)
        except (PodmanError, ActionFailed) as error:
            return fails(error, _status_of(error))
        return JsonResponse({"entries": judge.entries, "size_bytes": judge.size_bytes})

    return carry


async def _unpack(
    person: Person,
    kind: str,
    row: InventoryRow,
    path: str,
    judge: ImportJudge,
    body: AsyncIterator[bytes],
) -> None:
    params = {"what": "unpack", "path": path}
    async with streamed_action(
        person, f"{kind}.files_edit", target_for(row, kind), params
    ) as action:
        async with Podman(dial(row.endpoint, streams=True)) as podman:
            place = await find_place(podman, kind, row.podman_id)
            seen = await stat_path(podman, place, path)
            if seen.stat.kind != "folder":
                raise ActionFailed(_("%(path)s is not a folder.") % {"path": printable(path)})
            action.committing = True
            try:
                await archive.put(
                    podman, place.container, place.inside(seen.path), judge.checked(body)
                )
            finally:
                action.detail = f"{judge.entries} entries, {judge.size_bytes} bytes"


def _status_of(error: Exception) -> int:
    """507: the host's disk is full. 422: we refuse. 502: the host refuses."""
    if "no space left" in f"{error} {getattr(error, 'cause', '')}":
        return 507
    return 422 if isinstance(error, ActionFailed | BadRequest) else 502


def file_attributes(request: HttpRequest) -> FileAttributes:
    """Of an upload, by its query: `mode` (octal), `owner` (uid:gid), `mtime` (ms). ActionFailed."""
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal():
        raise ActionFailed(_("An upload must give its length."))
    mode, owner, mtime = (query_value(request, name) for name in ("mode", "owner", "mtime"))
    ids = _IDS.fullmatch(owner)
    if (mode and not _MODE.fullmatch(mode)) or (owner and not ids):
        raise ActionFailed(_("Write permissions like 644, and an owner like 1000:1000."))
    return FileAttributes(
        size_bytes=int(length),
        mtime_s=int(mtime) / 1000 if mtime.isdecimal() and len(mtime) < 15 else time.time(),
        mode=int(mode, 8) if mode else None,
        uid=int(ids[1]) if ids else None,
        gid=int(ids[2]) if ids else None,
    )
