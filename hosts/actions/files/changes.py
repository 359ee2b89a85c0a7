"""Renames, removes, creates folders and sets permissions by the container's own tools, while it runs."""

import posixpath
import re
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from hosts.actions.files.place import FilePlace, stat_path
from hosts.actions.files.write_file import FileExists
from hosts.actions.streams import StreamedAction
from hosts.jobs.errand import ActionFailed
from hosts.podman import Podman, archive, commands
from hosts.podman.errors import NotFound

# for large trees
LONG_S: Final = 300.0
_MODE: Final = re.compile(r"[0-7]{3,4}")
_OWNER: Final = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?"
)

# For names that are not UTF-8, which Podman's JSON cannot carry: each word comes as octal escapes and
# printf decodes it. The script is constant, and no name becomes part of it.
_UNPACK: Final = (
    'n=$#; while [ "$n" -gt 0 ]; do w=$(printf "%b_" "$1"); shift; set -- "$@" "${w%_}";'
    ' n=$((n-1)); done; exec "$@"'
)


async def rename(
    podman: Podman, place: FilePlace, path: str, new: str, action: StreamedAction
) -> None:
    """Move `path` to `new`, which may be in another folder. FileExists, ActionFailed."""
    _not_root(path)
    await _require_confined(podman, place, path, new)
    if archive.is_utf8(new):
        try:
            await archive.stat(podman, place.container, place.inside(new))
        except NotFound:
            pass
        else:
            raise FileExists(_("%(path)s already exists.") % {"path": new})
    words = ["mv", "--", place.inside(path), place.inside(new)]
    await _run(podman, place, words, action, failed=_("It could not be renamed."))


async def remove(podman: Podman, place: FilePlace, path: str, action: StreamedAction) -> None:
    """Remove a file, a folder with its content, or a link itself."""
    _not_root(path)
    await _require_confined(podman, place, path)
    words = ["rm", "-r", "-f", "--", place.inside(path)]
    await _run(podman, place, words, action, failed=_("It could not be removed."))


async def set_permissions(
    podman: Podman,
    place: FilePlace,
    path: str,
    *,
    mode: str,
    owner: str,
    deep: bool,
    action: StreamedAction,
) -> None:
    """Set `mode` (octal) and `owner` (user or user:group, names or numbers). Either may be empty."""
    if mode and not _MODE.fullmatch(mode):
        raise ActionFailed(_("Write permissions as three or four digits from 0 to 7, such as 644."))
    if owner and not _OWNER.fullmatch(owner):
        raise ActionFailed(_("Write the owner as a name or number, with a group as in www:www."))
    await _require_confined(podman, place, path)
    if place.root != "/" and archive.is_utf8(path):
        # chmod follows a link, which may lead out of the volume
        await stat_path(podman, place, path)
    failed = _("The permissions could not be changed.")
    every = ["-R"] if deep else []
    # the owner first, since chown clears set-user bits
    if owner:
        await _run(
            podman,
            place,
            ["chown", *every, *([] if deep else ["-h"]), "--", owner, place.inside(path)],
            action,
            failed=failed,
        )
    if mode:
        words = ["chmod", *every, "--", mode, place.inside(path)]
        await _run(podman, place, words, action, failed=failed)


async def make_folder(podman: Podman, place: FilePlace, path: str, action: StreamedAction) -> None:
    """Create a folder. FileExists, ActionFailed."""
    await _require_confined(podman, place, path)
    try:
        await archive.stat(podman, place.container, place.inside(path))
    except NotFound:
        words = ["mkdir", "--", place.inside(path)]
        await _run(podman, place, words, action, failed=_("The folder could not be created."))
    else:
        raise FileExists(_("%(path)s already exists.") % {"path": path})


async def _require_confined(podman: Podman, place: FilePlace, *paths: str) -> None:
    """In a volume: raise where a folder on the way leads out of it."""
    if place.root == "/":
        return
    for path in paths:
        folder = posixpath.dirname(path)
        if folder != "/":
            if not archive.is_utf8(folder):
                raise ActionFailed(_("The name of the folder is not UTF-8; use a terminal."))
            await stat_path(podman, place, folder)


def _not_root(path: str) -> None:
    if path == "/":
        raise ActionFailed(_("This is the root folder; it cannot be changed."))


async def _run(
    podman: Podman, place: FilePlace, words: Sequence[str], action: StreamedAction, *, failed: str
) -> None:
    if not place.running:
        raise ActionFailed(
            _("The container does not run, and Podman itself cannot rename or remove files."),
            _("Start it, then try again."),
        )
    action.committing = True
    command = list(words)
    if not all(archive.is_utf8(word) for word in words):
        octal = ["".join(f"\\0{byte:03o}" for byte in _bytes(word)) for word in words]
        command = ["sh", "-c", _UNPACK, "sh", *octal]
    try:
        done = await commands.run(podman, place.container, command, timeout_s=LONG_S)
    except commands.NoTool as none:
        action.committing = False
        raise ActionFailed(
            _("This container has no “%(tool)s”, and Podman itself cannot do it.")
            % {"tool": words[0]},
            none.cause,
        ) from none
    if done.code:
        raise ActionFailed(failed, done.err)


def _bytes(word: str) -> bytes:
    return word.encode(errors="surrogateescape")
