"""Changes of files: rename, permissions, delete, new folder, save."""

import difflib
import hashlib
import posixpath
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.pages.files.context import on_host, urls_of
from dashboard.pages.files.responses import failure, success
from dashboard.pages.files.views import file_context
from dashboard.person import person_of
from dashboard.streams.transfer.file_paths import printable, query_path, query_value
from dashboard.toasts import toast
from hosts.actions.files import changes
from hosts.actions.files.place import FilePlace, PathInfo, checked_file_name, clean_path, stat_path
from hosts.actions.files.read_file import (
    TEXT_LIMIT_BYTES,
    Text,
    changeable,
    read_text,
    target_for,
)
from hosts.actions.files.write_file import FileAttributes, write_file
from hosts.actions.streams import StreamedAction, streamed_action
from hosts.jobs.errand import ActionFailed
from hosts.podman import Podman, PodmanError

View = Callable[..., HttpResponse]
CHANGES = ("rename", "remove", "permissions", "folder")


def change(kind: str, what: str) -> View:
    """The view: GET asks in a dialog, POST changes. `path` in the query is the file."""

    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        person = person_of(request)
        row = changeable(person, kind, endpoint_id, podman_id)
        try:
            path = query_path(request)
            if request.method == "GET":
                return _dialog(request, what, path)
            work, params, words = _CHANGES[what](request, path)
            params = {"what": what, "path": path, **params}

            async def do(podman: Podman, place: FilePlace) -> None:
                async with streamed_action(
                    person, f"{kind}.files_edit", target_for(row, kind), params
                ) as action:
                    await work(podman, place, action)

            on_host(row, kind, do)
        except (PodmanError, ActionFailed) as error:
            return failure(error, row)
        return success(words)

    return view


def _dialog(request: HttpRequest, what: str, path: str) -> HttpResponse:
    folder, name = posixpath.split(path)
    context = {
        "what": what,
        "url": request.get_full_path(),
        "name": printable(name),
        "path_shown": printable(path),
        "new": printable(path),
        "is_folder": query_value(request, "kind") == "folder",
        "octal": query_value(request, "mode")[:4],
        "folder": printable(folder),
    }
    return render(request, "files/dialog.html", context)


def _rename(request: HttpRequest, path: str) -> tuple[Any, dict[str, Any], str]:
    given = request.POST.get("new", "")
    folder = posixpath.dirname(path)
    new = clean_path(given if given.startswith("/") else posixpath.join(folder, given))
    checked_file_name(posixpath.basename(new))

    async def work(podman: Podman, place: FilePlace, action: StreamedAction) -> None:
        await changes.rename(podman, place, path, new, action)

    words = _("%(old)s is now %(new)s") % {"old": printable(path), "new": printable(new)}
    return work, {"new_name": new}, words


def _remove(request: HttpRequest, path: str) -> tuple[Any, dict[str, Any], str]:
    async def work(podman: Podman, place: FilePlace, action: StreamedAction) -> None:
        await changes.remove(podman, place, path, action)

    return work, {}, _("Deleted %(path)s") % {"path": printable(path)}


def _permissions(request: HttpRequest, path: str) -> tuple[Any, dict[str, Any], str]:
    mode, owner = request.POST.get("mode", "").strip(), request.POST.get("owner", "").strip()
    deep = request.POST.get("deep") == "1"
    if not mode and not owner:
        raise ActionFailed(_("Enter permissions or an owner."))

    async def work(podman: Podman, place: FilePlace, action: StreamedAction) -> None:
        await changes.set_permissions(
            podman, place, path, mode=mode, owner=owner, deep=deep, action=action
        )

    params = {"file_mode": mode, "user": owner, "all": deep}
    return work, params, _("Permissions of %(path)s changed") % {"path": printable(path)}


def _folder(request: HttpRequest, path: str) -> tuple[Any, dict[str, Any], str]:
    new = clean_path(posixpath.join(path, checked_file_name(request.POST.get("new", ""))))

    async def work(podman: Podman, place: FilePlace, action: StreamedAction) -> None:
        await changes.make_folder(podman, place, new, action)

    return work, {"new_name": new}, _("Created the folder %(path)s") % {"path": printable(new)}


_CHANGES = {
    "rename": _rename,
    "remove": _remove,
    "permissions": _permissions,
    "folder": _folder,
}


class FileChanged(Exception):
    """Somebody else wrote the file meanwhile. `text`: its content now."""

    def __init__(self, seen: PathInfo, text: Text) -> None:
        super().__init__()
        self.seen, self.text = seen, text


def save(kind: str) -> View:
    """Save an edited text, if the file still has the digest `seen`."""

    @require_POST
    def view(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
        person = person_of(request)
        row = changeable(person, kind, endpoint_id, podman_id)
        mine = request.POST.get("content", "").replace("\r\n", "\n")
        content = mine.replace("\n", "\r\n") if request.POST.get("newline") == "crlf" else mine
        data = content.encode()
        seen_digest = request.POST.get("seen", "")
        context = {"urls": urls_of(kind, row), "row": row, "can_edit": True}
        try:
            if len(data) > TEXT_LIMIT_BYTES:
                raise ActionFailed(
                    _("The file is longer than 1 MiB, the most that can be edited here.")
                )
            path = query_path(request)
            params = {"what": "edit", "path": path, "size_bytes": len(data)}

            async def do(podman: Podman, place: FilePlace) -> tuple[PathInfo, Text]:
                seen = await stat_path(podman, place, path)
                now = await read_text(podman, place, seen.path)
                if now.digest != seen_digest:
                    raise FileChanged(seen, now)
                async with streamed_action(
                    person, f"{kind}.files_edit", target_for(row, kind), params
                ) as action:
                    await _write(podman, place, seen.path, data, now, action)
                return seen, await read_text(podman, place, seen.path)

            seen, text = on_host(row, kind, do)
        except FileChanged as changed:
            context |= file_context(changed.seen, changed.text)
            context["difference"] = _difference(changed.text.text, mine)
            return render(request, "files/state.html", context)
        except (PodmanError, ActionFailed) as error:
            return failure(error, row)
        context |= file_context(seen, text)
        response = render(request, "files/state.html", context | {"saved": True})
        if text.digest != hashlib.sha256(data).hexdigest():
            return toast(response, _("Saved, but somebody overwrote it at once."), tone="warn")
        return toast(response, _("Saved %(path)s") % {"path": printable(seen.path)}, tone="good")

    return view


async def _write(
    podman: Podman, place: FilePlace, path: str, data: bytes, now: Text, action: StreamedAction
) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield data

    member = now.member
    wanted = FileAttributes(len(data), time.time(), mode=member.mode)
    await write_file(podman, place, path, wanted, content(), replace=True, action=action)


def _difference(theirs: str | None, mine: str) -> list[tuple[str, str]]:
    """(sign, line) of the difference from the file's content to the edited text."""
    if theirs is None:
        return []
    lines = difflib.unified_diff(
        theirs.replace("\r\n", "\n").splitlines(), mine.splitlines(), lineterm="", n=2
    )
    return [(line[:1], line[1:]) for line in list(lines)[2:2000]]
