"""Where files are: in a container, or in a volume through a container that mounts it."""

import posixpath
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from hosts.inventory.job_marks import JOB_LABEL, OURS, is_mark, job_of
from hosts.jobs.errand import ActionFailed
from hosts.podman import Podman, archive, containers
from hosts.podman.archive import Stat
from hosts.podman.errors import NotFound

MOST_PATH_BYTES: Final = 4096
MOST_NAME_BYTES: Final = 255
# Label of a helper container, with the stopped container whose files it mounts. And where it mounts them.
FILES_OF_LABEL: Final = f"{OURS}files-of"
MOUNTED_AT: Final = "/haulout-files"


class VolumeNotMounted(ActionFailed):
    """No container mounts the volume, and Podman reaches files only through a container."""


class LinkLeadsOutside(ActionFailed):
    """A link leads out of the volume."""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """`container`: the id to ask. `root`: the folder there that a person sees as "/". `running`: commands
    can be run in it. `through`: the container's name, for a volume.
    """

    container: str
    root: str
    running: bool
    through: str = ""

    def inside(self, path: str) -> str:
        """The path in the container."""
        return path if self.root == "/" else (self.root + path).rstrip("/")

    def shown_path(self, inside: str) -> str:
        """A path in the container as a person sees it. LinkLeadsOutside."""
        inside = posixpath.normpath(inside)
        if self.root == "/":
            return inside
        if inside == self.root or inside.startswith(self.root + "/"):
            return inside[len(self.root) :] or "/"
        raise LinkLeadsOutside(
            _("This link leads to %(path)s, which is not among the open files.") % {"path": inside}
        )


def clean_path(path: str) -> str:
    """The absolute path without `.`, `..` and doubled slashes. ActionFailed where it is none."""
    if not path.startswith("/") or "\0" in path:
        raise ActionFailed(_("Write a full path: it starts with a slash."))
    if len(path.encode(errors="surrogateescape")) > MOST_PATH_BYTES:
        raise ActionFailed(_("The path is too long."))
    return "/" + posixpath.normpath(path).strip("/")


def checked_file_name(name: str) -> str:
    """The name for a new file. ActionFailed where it cannot be one."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise ActionFailed(_("“%(name)s” is not a valid file name.") % {"name": name})
    if len(name.encode(errors="surrogateescape")) > MOST_NAME_BYTES:
        raise ActionFailed(_("The name is longer than %(n)d bytes.") % {"n": 255})
    if not archive.is_utf8(name):
        raise ActionFailed(_("The name is not UTF-8."))
    return name


async def find_place(podman: Podman, kind: str, podman_id: str) -> FilePlace:
    """Where the files of a container or volume are. NotFound, VolumeNotMounted."""
    if kind != "container":
        return await _of_volume(podman, podman_id)
    state = await containers.inspect(podman, podman_id)
    if _runs(state):
        return FilePlace(podman_id, "/", running=True)
    helpers = await containers.list_containers(
        podman, filters={"label": [FILES_OF_LABEL], "status": ["running"]}
    )
    for helper in helpers:
        if not _helps(helper.get("Labels") or {}, podman_id):
            continue
        name = str((helper.get("Names") or [""])[0])
        return FilePlace(str(helper["Id"]), MOUNTED_AT, running=True, through=name)
    return FilePlace(podman_id, "/", running=False)


def _helps(labels: dict[str, Any], podman_id: str) -> bool:
    """True when both labels are of the same job. An image may have copied the first, not the second."""
    job_id = job_of(str(labels.get(FILES_OF_LABEL, "")), podman_id)
    return job_id is not None and is_mark(str(labels.get(JOB_LABEL, "")), job_id)


async def _of_volume(podman: Podman, volume: str) -> FilePlace:
    users = await containers.list_containers(podman, filters={"volume": [volume]})
    # running ones first: there files can be renamed and removed too
    users.sort(key=lambda user: user.get("State") != "running")
    for user in users:
        try:
            state = await containers.inspect(podman, str(user["Id"]))
        except NotFound:
            continue
        for mount in state.get("Mounts") or []:
            if mount.get("Name") == volume and mount.get("Destination"):
                root = posixpath.normpath(str(mount["Destination"]))
                name = str(state.get("Name") or "")
                return FilePlace(str(user["Id"]), root, _runs(state), through=name)
    raise VolumeNotMounted(
        _("No container mounts this volume, and Podman reaches files only through a container."),
        _("Run or create a container that mounts it; it need not be started."),
    )


def _runs(state: dict[str, Any]) -> bool:
    container_state = state.get("State") or {}
    return bool(container_state.get("Running")) and not container_state.get("Paused")


@dataclass(frozen=True, slots=True)
class PathInfo:
    """What is at a path. `path` is the real path, `link` the requested one if that is a link."""

    path: str
    stat: Stat
    link: str = ""


async def stat_path(podman: Podman, place: FilePlace, path: str) -> PathInfo:
    """Follow a link, but never out of the place. NotFound, LinkLeadsOutside, ActionFailed for a broken
    link.
    """
    if place.root != "/":
        await _no_link_on_the_way(podman, place, path)
    stat = await archive.stat(podman, place.container, place.inside(path))
    if stat.kind != "link":
        return PathInfo(path, stat)
    target = place.shown_path(stat.target)
    try:
        found = await archive.stat(podman, place.container, place.inside(target))
    except NotFound as exc:
        raise ActionFailed(
            _("This link leads to nothing: %(target)s.") % {"target": target}
        ) from exc
    if found.kind == "link":
        raise ActionFailed(_("This link leads to another link: %(target)s.") % {"target": target})
    return PathInfo(target, found, link=path)


async def _no_link_on_the_way(podman: Podman, place: FilePlace, path: str) -> None:
    """In a volume: raise where a folder of the path is a link that leads out."""
    parts = path.strip("/").split("/")[:-1]
    for count in range(1, len(parts) + 1):
        folder = "/" + "/".join(parts[:count])
        stat = await archive.stat(podman, place.container, place.inside(folder))
        if stat.kind == "link":
            place.shown_path(stat.target)
