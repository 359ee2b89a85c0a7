"""Where files are: a container, or a volume by way of a container that mounts it."""

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
# label of a container that has the files of another one, which does not run, and where they are there
HELPS: Final = f"{OURS}files-of"
MOUNTED_AT: Final = "/haulout-files"


class NoWay(ActionFailed):
    """A volume that no container mounts: Podman reaches its files through a container only."""


class LeadsOutside(ActionFailed):
    """A link that leads out of the volume."""


@dataclass(frozen=True, slots=True)
class Place:
    """`container` is the id to ask, `root` the folder there that a person sees as "/".

    `running`: commands can be run in it now. `through`: the container's name, for a volume.
    """

    container: str
    root: str
    running: bool
    through: str = ""

    def inside(self, path: str) -> str:
        """The path in the container."""
        return path if self.root == "/" else (self.root + path).rstrip("/")

    def seen(self, inside: str) -> str:
        """A path in the container as a person sees it. Raises LeadsOutside."""
        inside = posixpath.normpath(inside)
        if self.root == "/":
            return inside
        if inside == self.root or inside.startswith(self.root + "/"):
            return inside[len(self.root) :] or "/"
        raise LeadsOutside(
            _("This link leads to %(path)s, which is not among the files that are open here.")
            % {"path": inside}
        )


def cleaned(path: str) -> str:
    """An absolute path without `.`, `..` and doubled slashes. ActionFailed where it is none."""
    if not path.startswith("/") or "\0" in path:
        raise ActionFailed(_("That is not a path: it begins with a slash."))
    if len(path.encode(errors="surrogateescape")) > MOST_PATH_BYTES:
        raise ActionFailed(_("That path is longer than any file's can be."))
    return "/" + posixpath.normpath(path).strip("/")


def named(name: str) -> str:
    """A name for a new file. ActionFailed where it cannot be one."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise ActionFailed(_("“%(name)s” cannot be the name of a file.") % {"name": name})
    if len(name.encode(errors="surrogateescape")) > MOST_NAME_BYTES:
        raise ActionFailed(_("That name is longer than the %(n)d bytes allowed.") % {"n": 255})
    if not archive.speakable(name):
        raise ActionFailed(_("That name is not UTF-8."))
    return name


async def find_place(podman: Podman, kind: str, podman_id: str) -> Place:
    """The place of a container's or a volume's files. NotFound, NoWay."""
    if kind != "container":
        return await _of_volume(podman, podman_id)
    state = await containers.inspect(podman, podman_id)
    if _runs(state):
        return Place(podman_id, "/", running=True)
    helpers = await containers.list_containers(
        podman, filters={"label": [HELPS], "status": ["running"]}
    )
    for helper in helpers:
        if not _helps(helper.get("Labels") or {}, podman_id):
            continue
        name = str((helper.get("Names") or [""])[0])
        return Place(str(helper["Id"]), MOUNTED_AT, running=True, through=name)
    return Place(podman_id, "/", running=False)


def _helps(labels: dict[str, Any], podman_id: str) -> bool:
    """Both labels by the same job of ours: an image that copied the first has another second one."""
    job_id = job_of(str(labels.get(HELPS, "")), podman_id)
    return job_id is not None and is_mark(str(labels.get(JOB_LABEL, "")), job_id)


async def _of_volume(podman: Podman, volume: str) -> Place:
    users = await containers.list_containers(podman, filters={"volume": [volume]})
    # one that runs first: in it files can be renamed and removed too
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
                return Place(str(user["Id"]), root, _runs(state), through=name)
    raise NoWay(
        _("No container mounts this volume, and Podman reaches files through a container only."),
        _("Run or create a container that mounts it; it need not be started."),
    )


def _runs(state: dict[str, Any]) -> bool:
    told = state.get("State") or {}
    return bool(told.get("Running")) and not told.get("Paused")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is at a path, links followed: `path` is where it truly is, `link` what was asked for
    where that is a link.
    """

    path: str
    stat: Stat
    link: str = ""


async def look(podman: Podman, place: Place, path: str) -> Seen:
    """Follow links, never out of the place. NotFound, LeadsOutside, ActionFailed for a broken link."""
    if place.root != "/":
        await _no_link_on_the_way(podman, place, path)
    stat = await archive.stat(podman, place.container, place.inside(path))
    if stat.kind != "link":
        return Seen(path, stat)
    target = place.seen(stat.target)
    try:
        there = await archive.stat(podman, place.container, place.inside(target))
    except NotFound as exc:
        raise ActionFailed(_("This link leads nowhere: %(target)s.") % {"target": target}) from exc
    if there.kind == "link":
        raise ActionFailed(_("This link leads to another link: %(target)s.") % {"target": target})
    return Seen(target, there, link=path)


async def _no_link_on_the_way(podman: Podman, place: Place, path: str) -> None:
    """In a volume no folder on the way may be a link that leads out of it."""
    parts = path.strip("/").split("/")[:-1]
    for count in range(1, len(parts) + 1):
        folder = "/" + "/".join(parts[:count])
        stat = await archive.stat(podman, place.container, place.inside(folder))
        if stat.kind == "link":
            place.seen(stat.target)
