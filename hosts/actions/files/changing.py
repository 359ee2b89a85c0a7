"""Rename, remove, permissions, new folders: by the container's own tools, while it runs."""

import posixpath
import re
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from hosts.actions.files.place import Place, look
from hosts.actions.files.writing import Exists
from hosts.actions.streamed import Doing
from hosts.jobs.errand import ActionFailed
from hosts.podman import Podman, archive, commands
from hosts.podman.errors import NotFound

# a tree of many files takes its time
LONG_S: Final = 300.0
_MODE: Final = re.compile(r"[0-7]{3,4}")
_OWNER: Final = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?"
)

# For names that are not UTF-8, which Podman's JSON cannot carry: every word comes as octal escapes
# and is made a word again by printf. The script is constant; a name never becomes part of it.
_UNPACK: Final = (
    'n=$#; while [ "$n" -gt 0 ]; do w=$(printf "%b_" "$1"); shift; set -- "$@" "${w%_}";'
    ' n=$((n-1)); done; exec "$@"'
)


async def rename(podman: Podman, place: Place, path: str, new: str, doing: Doing) -> None:
    """Give `path` the path `new` (in another folder too). Exists, ActionFailed."""
    _not_root(path)
    await _confined(podman, place, path, new)
    if archive.speakable(new):
        try:
            await archive.stat(podman, place.container, place.inside(new))
        except NotFound:
            pass
        else:
            raise Exists(_("%(path)s is there already.") % {"path": new})
    words = ["mv", "--", place.inside(path), place.inside(new)]
    await _run(podman, place, words, doing, failed=_("It could not be renamed."))


async def remove(podman: Podman, place: Place, path: str, doing: Doing) -> None:
    """Remove a file, or a folder with all in it; of a link the link itself."""
    _not_root(path)
    await _confined(podman, place, path)
    words = ["rm", "-r", "-f", "--", place.inside(path)]
    await _run(podman, place, words, doing, failed=_("It could not be removed."))


async def set_permissions(
    podman: Podman, place: Place, path: str, *, mode: str, owner: str, deep: bool, doing: Doing
) -> None:
    """`mode` in octal, `owner` as user or user:group, names or numbers; either may be empty."""
    if mode and not _MODE.fullmatch(mode):
        raise ActionFailed(_("Permissions are three or four digits from 0 to 7, such as 644."))
    if owner and not _OWNER.fullmatch(owner):
        raise ActionFailed(_("The owner is a name or number, with a group as in www:www."))
    await _confined(podman, place, path)
    if place.root != "/" and archive.speakable(path):
        # chmod follows a link, which may lead out of the volume
        await look(podman, place, path)
    failed = _("The permissions could not be changed.")
    every = ["-R"] if deep else []
    # the owner first: changing it takes set-user bits away
    if owner:
        await _run(
            podman,
            place,
            ["chown", *every, *([] if deep else ["-h"]), "--", owner, place.inside(path)],
            doing,
            failed=failed,
        )
    if mode:
        words = ["chmod", *every, "--", mode, place.inside(path)]
        await _run(podman, place, words, doing, failed=failed)


async def make_folder(podman: Podman, place: Place, path: str, doing: Doing) -> None:
    """A new folder. Exists, ActionFailed."""
    await _confined(podman, place, path)
    try:
        await archive.stat(podman, place.container, place.inside(path))
    except NotFound:
        words = ["mkdir", "--", place.inside(path)]
        await _run(podman, place, words, doing, failed=_("The folder could not be made."))
    else:
        raise Exists(_("%(path)s is there already.") % {"path": path})


async def _confined(podman: Podman, place: Place, *paths: str) -> None:
    """In a volume, no folder on the way leads out of it."""
    if place.root == "/":
        return
    for path in paths:
        folder = posixpath.dirname(path)
        if folder != "/":
            if not archive.speakable(folder):
                raise ActionFailed(_("The folder's name is not UTF-8; open it in a terminal."))
            await look(podman, place, folder)


def _not_root(path: str) -> None:
    if path == "/":
        raise ActionFailed(_("That is the root of all; it stays."))


async def _run(
    podman: Podman, place: Place, words: Sequence[str], doing: Doing, *, failed: str
) -> None:
    if not place.running:
        raise ActionFailed(
            _("The container does not run, and Podman itself can neither rename nor remove files."),
            _("Start it, then try again."),
        )
    doing.committing = True
    command = list(words)
    if not all(archive.speakable(word) for word in words):
        octal = ["".join(f"\\0{byte:03o}" for byte in _bytes(word)) for word in words]
        command = ["sh", "-c", _UNPACK, "sh", *octal]
    try:
        done = await commands.run(podman, place.container, command, timeout_s=LONG_S)
    except commands.NoTool as none:
        doing.committing = False
        raise ActionFailed(
            _("This container has no “%(tool)s”, and Podman itself cannot do it.")
            % {"tool": words[0]},
            none.cause,
        ) from none
    if done.code:
        raise ActionFailed(failed, done.err)


def _bytes(word: str) -> bytes:
    return word.encode(errors="surrogateescape")
