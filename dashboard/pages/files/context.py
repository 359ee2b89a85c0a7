"""What the pages of files share: the path, its container or volume, the question to the host."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.furniture.frames import container_frame
from dashboard.furniture.host_calls import ask_host
from dashboard.furniture.inspect_tree import trouble_of
from dashboard.furniture.objects import frame
from dashboard.streams.transfer.file_paths import printable
from hosts.access import Person
from hosts.actions.files.place import FilePlace, VolumeNotMounted, find_place
from hosts.jobs.errand import ActionFailed
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError
from hosts.podman.errors import NotFound

T = TypeVar("T")
ASK_TIMEOUT_S = 30.0


def urls_of(kind: str, row: InventoryRow) -> dict[str, str]:
    """URLs for templates: `files`, `file`, `save`, `there`, `upload`, `unpack`, `download`, `folder`."""
    place = [row.endpoint_id, row.podman_id]
    return {
        "files": reverse(f"{kind}files:list", args=place),
        "file": reverse(f"{kind}files:file", args=place),
        "save": reverse(f"{kind}files:save", args=place),
        "there": reverse(f"{kind}files:there", args=place),
        "upload": reverse("filetransfers:upload", args=[kind, *place]),
        "unpack": reverse("filetransfers:unpack", args=[kind, *place]),
        "download": reverse("filetransfers:file", args=[kind, *place]),
        "folder": reverse("filetransfers:folder", args=[kind, *place]),
    }


def frame_of(person: Person, kind: str, row: InventoryRow, request: HttpRequest) -> dict[str, Any]:
    """Context of the frame round the page."""
    if kind == "container":
        return container_frame(person, row, tab="files")
    return frame("volume", request, row.endpoint_id, row.podman_id, "files")


def on_host(row: InventoryRow, kind: str, work: Callable[[Podman, FilePlace], Awaitable[T]]) -> T:
    """Run `work` with the place of the files, from a view's thread. Raises PodmanError or ActionFailed."""

    async def ask(podman: Podman) -> T:
        return await work(podman, await find_place(podman, kind, row.podman_id))

    return ask_host(row.endpoint, ask, timeout_s=ASK_TIMEOUT_S)


def trouble_in(error: Exception, row: InventoryRow, path: str) -> dict[str, Any]:
    """Context of parts/error.html."""
    if isinstance(error, VolumeNotMounted):
        return {"title": error.message, "cure": error.cause, "tone": "warn"}
    if isinstance(error, ActionFailed):
        return {"title": error.message, "words": error.cause, "tone": "warn"}
    if isinstance(error, NotFound):
        return {
            "title": _("%(path)s does not exist") % {"path": printable(path)},
            "cure": _(
                "Somebody may have removed or renamed it, or it is a link to nothing. Check the "
                "parent folder."
            ),
            "words": error.message,
            "tone": "warn",
        }
    assert isinstance(error, PodmanError)
    return trouble_of(error, row.endpoint)
