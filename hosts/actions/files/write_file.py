"""Writes a file: whole or not at all, if the container runs.

It is written under another name and then moved, so a full disk or a broken connection does no harm. In a
container that does not run, Podman's archive can only add. There it is written in place, and an error says
what that means.
"""

import asyncio
import logging
import posixpath
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from hosts.actions.files.place import FilePlace
from hosts.actions.files.read_file import owner_of
from hosts.actions.streams import StreamedAction, note_part
from hosts.jobs.errand import ActionFailed
from hosts.podman import Podman, PodmanError, archive, commands
from hosts.podman.archive import Stat
from hosts.podman.errors import NotFound
from hosts.podman.tars import file_end, file_head

log = logging.getLogger(__name__)
NEW_MODE: Final = 0o644


class FileExists(ActionFailed):
    """Something has that name, and it may not be replaced."""


@dataclass(frozen=True, slots=True)
class FileAttributes:
    """Size, time, mode and owner. None: as the file it replaces, else as the folder."""

    size_bytes: int
    mtime_s: float
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None


async def write_file(
    podman: Podman,
    place: FilePlace,
    path: str,
    attributes: FileAttributes,
    content: AsyncIterator[bytes],
    *,
    replace: bool,
    action: StreamedAction,
) -> Stat | None:
    """Write `content` (exactly `attributes.size_bytes`) to `path`. Returns what it replaced. FileExists,
    ActionFailed, PodmanError with Podman's words (a full disk).
    """
    folder, name = posixpath.split(path)
    before = await _look_before(podman, place, folder, path, replace=replace)
    mode, uid, gid = attributes.mode, attributes.uid, attributes.gid
    if mode is None:
        mode = before.mode if before else NEW_MODE
    if uid is None or gid is None:
        like = await owner_of(podman, place, path if before else folder)
        uid, gid = (like.uid, like.gid) if like else (None, None)
    part = f".haulout-{secrets.token_hex(8)}.part"
    aside = place.running and await _has_tools(podman, place)
    head = file_head(
        part if aside else name,
        size_bytes=attributes.size_bytes,
        mode=mode,
        uid=uid or 0,
        gid=gid or 0,
        mtime_s=attributes.mtime_s,
    )
    tar = _tar(head, content, attributes.size_bytes)
    action.committing = not aside
    if aside:
        await note_part(action, place.container, place.inside(posixpath.join(folder, part)))
    try:
        # without a known owner Podman uses the container's user
        await archive.put(
            podman, place.container, place.inside(folder), tar, copyUIDGID=uid is None
        )
        if aside:
            action.committing = True
            await _move(podman, place, posixpath.join(folder, part), path)
    except BaseException as failed:
        # also for a cancellation: no part of the file stays, and everything is raised again
        if aside:
            action.committing = isinstance(failed, PodmanError) and action.committing
            # what cannot be removed now is swept when the host is back (sweep)
            action.left = True
            action.left = not await _clear(podman, place, posixpath.join(folder, part))
        elif isinstance(failed, PodmanError | ActionFailed):
            action.detail = _(
                "%(words)s Part of it may be left there: the container does not run or has no "
                "tools, so nothing could be removed."
            ) % {"words": str(failed)}
        raise
    return before


async def _look_before(
    podman: Podman, place: FilePlace, folder: str, path: str, *, replace: bool
) -> Stat | None:
    try:
        info = await archive.stat(podman, place.container, place.inside(folder))
    except NotFound as exc:
        raise ActionFailed(_("The folder %(path)s does not exist.") % {"path": folder}) from exc
    if info.kind == "link":
        place.shown_path(info.target)
    elif info.kind != "folder":
        raise ActionFailed(_("%(path)s is not a folder.") % {"path": folder})
    try:
        found = await archive.stat(podman, place.container, place.inside(path))
    except NotFound:
        return None
    if found.kind == "folder":
        raise ActionFailed(_("%(path)s is a folder.") % {"path": path})
    if not replace:
        raise FileExists(_("%(path)s already exists.") % {"path": path})
    if found.kind == "link":
        # the link itself is replaced, not its target
        return None
    return found


async def _has_tools(podman: Podman, place: FilePlace) -> bool:
    """Whether the container can move and remove files."""
    script = "command -v mv >/dev/null && command -v rm >/dev/null"
    try:
        return (await commands.run(podman, place.container, ["sh", "-c", script])).code == 0
    except commands.NoTool:
        return False


async def _move(podman: Podman, place: FilePlace, part: str, path: str) -> None:
    words = ["mv", "-f", "--", place.inside(part), place.inside(path)]
    done = await commands.run(podman, place.container, words)
    if done.code:
        raise ActionFailed(_("It could not be saved."), done.err)


async def _clear(podman: Podman, place: FilePlace, part: str) -> bool:
    """Remove the part that was written. Returns whether nothing of it stays. It never raises, since the
    first failure is the one to report.
    """

    async def clear() -> bool:
        try:
            # a new session: a second cancellation may close the old one
            async with Podman(podman.dial, timeout_s=10) as fresh:
                words = ["rm", "-f", "--", place.inside(part)]
                return (await commands.run(fresh, place.container, words, timeout_s=10)).code == 0
        except NotFound:
            return True
        except PodmanError as error:
            log.warning("a part stays at %s: %s", part, error)
            return False

    return await asyncio.shield(asyncio.create_task(clear()))


async def _tar(head: bytes, content: AsyncIterator[bytes], size_bytes: int) -> AsyncIterator[bytes]:
    yield head
    sent = 0
    async for piece in content:
        sent += len(piece)
        if sent > size_bytes:
            raise ActionFailed(_("More was received than announced."))
        yield piece
    if sent < size_bytes:
        raise ActionFailed(_("Less was received than announced."))
    yield file_end(size_bytes)
