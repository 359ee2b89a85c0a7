"""Pages of files: a folder, and a file to read and edit."""

import posixpath
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard.live.visibility import verbs_for
from dashboard.pages.files.context import frame_of, on_host, trouble_in, urls_of
from dashboard.pages.files.helper import helper_of, images_of
from dashboard.pages.files.rows import crumbs, row_of, table
from dashboard.person import person_of
from dashboard.streams.transfer.file_paths import printable, query_path, query_value, quote_path
from hosts.access import Person
from hosts.actions.files.place import FilePlace, PathInfo, VolumeNotMounted, stat_path
from hosts.actions.files.read_file import Owner, Text, enter, owner_of, read_text, readable
from hosts.jobs.errand import ActionFailed
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError
from hosts.podman.errors import NotFound
from hosts.podman.folders import FolderEntry, Listing, list_folder

View = Callable[..., HttpResponse]
# one audit entry for each session and place in this time
ENTRY_EVERY_S = 600.0
_entered: dict[tuple[str, str, int, str], float] = {}


def _enter_list(person: Person, kind: str, row: InventoryRow, path: str) -> None:
    key = (person.who.session, kind, row.endpoint_id, row.podman_id)
    now = time.monotonic()
    if now - _entered.get(key, -ENTRY_EVERY_S) < ENTRY_EVERY_S:
        return
    enter(person, kind, row, what="list", path=path)
    # other threads write here too
    for old in [key for key, at in tuple(_entered.items()) if now - at > ENTRY_EVERY_S]:
        _entered.pop(old, None)
    _entered[key] = now


def folder(kind: str) -> View:
    """The view of a folder: first the page, then (htmx) the table from the host."""

    @require_GET
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        person = person_of(request)
        row = readable(person, kind, endpoint_id, podman_id)
        if "HX-Request" in request.headers:
            return _table(request, person, kind, row)
        context = {
            **frame_of(person, kind, row, request),
            "part_url": request.get_full_path(),
            "urls": urls_of(kind, row),
        }
        return render(request, "files/page.html", context)

    return view


def _table(request: HttpRequest, person: Person, kind: str, row: InventoryRow) -> HttpResponse:
    path = "/"
    context: dict[str, Any] = {
        "row": row,
        "urls": urls_of(kind, row),
        "here": request.get_full_path(),
        "can_edit": f"{kind}.files_edit" in verbs_for(person, row),
    }
    try:
        path = query_path(request)
        _enter_list(person, kind, row, path)
        place, seen, listing = on_host(row, kind, _lister(path))
    except (PodmanError, ActionFailed) as error:
        context |= {"crumbs": crumbs(path), "path": quote_path(path), "trouble": True}
        if isinstance(error, VolumeNotMounted) and "volume.open" in verbs_for(person, row):
            context["images"] = images_of(person, row)
        return render(request, "files/table.html", context | trouble_in(error, row, path))
    if seen.stat.kind != "folder":
        # a link to a file: go to the file's page
        response = HttpResponse(status=204)
        response["HX-Redirect"] = f"{context['urls']['file']}?path={quote_path(path)}"
        return response
    page = request.GET.get("page", "1")
    context |= {
        **table(
            listing,
            seen.path,
            find=request.GET.get("find", "")[:200],
            sort=request.GET.get("sort", "name"),
            page=int(page) if page.isdecimal() and len(page) < 7 else 1,
        ),
        "place": place,
        "path": quote_path(seen.path),
        "path_shown": printable(seen.path),
        "link": printable(seen.link),
        "crumbs": crumbs(seen.path),
        "up": quote_path(posixpath.dirname(seen.path)) if seen.path != "/" else "",
        **helper_of(place.through),
        "volume_root": kind == "volume" and seen.path == "/",
        "of_container": kind == "container",
    }
    if not place.running and kind == "container" and "container.open" in verbs_for(person, row):
        context["images"] = images_of(person, row)
    return render(request, "files/table.html", context)


def _lister(path: str) -> Any:
    async def work(podman: Podman, place: FilePlace) -> tuple[FilePlace, PathInfo, Listing]:
        seen = await stat_path(podman, place, path)
        if seen.stat.kind != "folder":
            return place, seen, Listing([], whole=True, by_tar=False)
        inside = place.inside(seen.path)
        return (
            place,
            seen,
            await list_folder(podman, place.container, inside, running=place.running),
        )

    return work


def exists(kind: str) -> View:
    """The view: {"there": bool} for `path`. `owner=1` adds {"owner": [uid, gid] or null}."""

    @require_GET
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        row = readable(person_of(request), kind, endpoint_id, podman_id)
        try:
            path = query_path(request)
            owner = on_host(row, kind, _owner(path, wanted=query_value(request, "owner") == "1"))
        except NotFound:
            return JsonResponse({"there": False})
        except (PodmanError, ActionFailed):
            # a broken link takes the name too; the upload reports other errors
            return JsonResponse({"there": True})
        return JsonResponse({"there": True, "owner": owner and [owner.uid, owner.gid]})

    return view


def _owner(path: str, *, wanted: bool) -> Any:
    async def work(podman: Podman, place: FilePlace) -> Owner | None:
        seen = await stat_path(podman, place, path)
        return await owner_of(podman, place, seen.path) if wanted else None

    return work


def file(kind: str) -> View:
    """The view of a file: text to edit, else its first bytes and a download."""

    @require_GET
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        person = person_of(request)
        row = readable(person, kind, endpoint_id, podman_id)
        context = {**frame_of(person, kind, row, request), "urls": urls_of(kind, row)}
        path = "/"
        try:
            path = query_path(request)
            enter(person, kind, row, what="view", path=path)
            place, seen, text = on_host(row, kind, _reader(path))
        except (PodmanError, ActionFailed) as error:
            context |= {"crumbs": crumbs(path), "trouble": True}
            return render(request, "files/file.html", context | trouble_in(error, row, path))
        can = f"{kind}.files_edit" in verbs_for(person, row)
        context |= file_context(seen, text) | {
            "place": place,
            "can_edit": can and text.text is not None and text.newline != "mixed",
            "may_edit": can,
            "raw": query_value(request, "raw") == "1",
        }
        return render(request, "files/file.html", context)

    return view


def _reader(path: str) -> Any:
    async def work(podman: Podman, place: FilePlace) -> tuple[FilePlace, PathInfo, Text]:
        seen = await stat_path(podman, place, path)
        if seen.stat.kind != "file":
            raise ActionFailed(_not_a_file(seen.stat.kind))
        return place, seen, await read_text(podman, place, seen.path)

    return work


def _not_a_file(kind: str) -> str:
    if kind == "folder":
        return _("That is a folder, not a file.")
    return _("This is not a regular file (%(kind)s): it has no content to read.") % {"kind": kind}


def file_context(seen: PathInfo, text: Text) -> dict[str, Any]:
    """Context of files/file.html and files/state.html."""
    member = text.member
    parent, name = posixpath.split(seen.path)
    found = FolderEntry(
        name=name,
        kind="file",
        size_bytes=member.size_bytes,
        mode=member.mode,
        mtime_s=member.mtime_s,
        uid=member.uid,
        gid=member.gid,
        owner=member.owner,
        group=member.group,
        target="",
    )
    return {
        "file": row_of(parent, found),
        "path": quote_path(seen.path),
        "parent": quote_path(parent),
        "link": printable(seen.link),
        "crumbs": crumbs(seen.path),
        "text": text.text,
        "newline": text.newline,
        "digest": text.digest,
        "hex": hex_lines(text.head) if text.text is None else [],
    }


def hex_lines(head: bytes) -> list[tuple[str, str, str]]:
    """(offset, bytes, characters) of each 16 bytes."""
    lines = []
    for at in range(0, min(len(head), 4096), 16):
        part = head[at : at + 16]
        characters = "".join(chr(b) if 32 <= b < 127 else "·" for b in part)
        lines.append((f"{at:08x}", part.hex(" "), characters))
    return lines
