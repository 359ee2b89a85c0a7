"""Files of a container by Podman's archive, which works on a stopped one and needs no tool inside.

Paths are absolute and must be UTF-8 (`is_utf8`). Podman takes a path to read for a pattern
(`_literal`), a path to write as it is. A tar that comes out names the container's user as the owner
of everything. A tar that goes in keeps its owners (`copyUIDGID`). Measured on 5.4.2.
"""

import base64
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hosts.podman.client import Podman
from hosts.podman.errors import BadRequest, Malformed, NotFound
from hosts.podman.paths import path as podman_path
from hosts.podman.tars import Member, walk

# Go's os.FileMode
_KINDS: Final = (
    (1 << 31, "folder"),
    (1 << 27, "link"),
    (1 << 25, "pipe"),
    (1 << 24, "socket"),
    (1 << 26, "device"),
)
_SET_BITS: Final = ((1 << 23, 0o4000), (1 << 22, 0o2000), (1 << 20, 0o1000))


# Go's patterns (filepath.Match) escape with a backslash. Podman refuses a star anywhere in a path,
# also an escaped one. This class has every character except those up to ")" and from "+" on
_PATTERN: Final = str.maketrans({"\\": r"\\", "?": r"\?", "[": r"\[", "*": "[^\x01-)+-\U0010ffff]"})


@dataclass(frozen=True, slots=True)
class Stat:
    """What is at a path; owner and group are not known.

    A link has the `kind` "link"; `target` is where it leads in the end.
    """

    kind: str
    size_bytes: int
    mode: int
    mtime: datetime | None
    target: str


def is_utf8(path: str) -> bool:
    """True where Podman's API can name this path: it is UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _literal(path: str) -> str:
    """The pattern that fits this path alone: `a?b` would also find `axb`, a bare `[` is an error."""
    return path.translate(_PATTERN)


async def stat(podman: Podman, container: str, path: str) -> Stat:
    """Look at a path. NotFound: nothing is there, or no such container. BadRequest: a link that Podman
    cannot follow.
    """
    _check(path)
    target = podman_path("containers", container, "archive")
    try:
        answer = await podman.call("HEAD", target, params={"path": _literal(path)})
    except NotFound as none:
        # a HEAD has no words with its error
        words = "Nothing is at that path, or only a link that leads nowhere."
        raise NotFound(words, cause=path, status=none.status) from none
    text = answer.headers.get("X-Docker-Container-Path-Stat", "")
    try:
        # base64 in the alphabet of URLs: for "?" or "ÿ" in a name it may hold - and _
        found = json.loads(base64.b64decode(text, altchars=b"-_", validate=True))
        mode = int(found["mode"])
        kind = next((kind for bit, kind in _KINDS if mode & bit), "file")
        if kind == "link" and _literal(path) != path:
            # Podman looks for the pattern's target, and reports a link to itself
            raise BadRequest(
                "Podman cannot follow a link with *, ?, [ or a backslash in its path.", cause=path
            )
        return Stat(
            kind=kind,
            size_bytes=int(found["size"]),
            mode=(mode & 0o777) | sum(unix for go, unix in _SET_BITS if mode & go),
            mtime=_moment(found.get("mtime")),
            target=str(found.get("linkTarget") or ""),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as exc:
        raise Malformed("Podman did not say what is at that path.", cause=text[:200]) from exc


async def pieces(podman: Podman, container: str, path: str) -> AsyncGenerator[bytes, None]:
    """The tar of a file, or of a folder with all below it, as it comes. Raises NotFound.

    Podman follows a link at the end of `path`.
    """
    _check(path)
    target = podman_path("containers", container, "archive")
    async with podman.stream("GET", target, params={"path": _literal(path)}) as parts:
        async for part in parts:
            yield part


async def content(
    podman: Podman, container: str, path: str
) -> AsyncGenerator[Member | bytes, None]:
    """One file: its Member, then its bytes. Raises NotFound; BadRequest for anything but a file."""
    async with aclosing(pieces(podman, container, path)) as parts:
        async with aclosing(walk(parts)) as found:
            seen = False
            async for item in found:
                if isinstance(item, Member):
                    if seen:
                        return
                    seen = True
                    if item.kind != "file":
                        raise BadRequest("Only a file has content.")
                yield item
    if not seen:
        raise NotFound("Podman sent nothing for that path.")


async def put(
    podman: Podman, container: str, folder: str, tar: AsyncIterator[bytes], **params: Any
) -> None:
    """Extract a tar into `folder`, with the owners of the tar. Podman makes a folder that is missing.

    What was extracted before a failure stays, half a file too (seen on a full disk).
    """
    _check(folder)
    query = {"path": folder, "copyUIDGID": False, **params}
    target = podman_path("containers", container, "archive")
    headers = {"Content-Type": "application/x-tar"}
    async with podman.stream("PUT", target, params=query, body=tar, headers=headers) as answer:
        async for _ in answer:
            continue


def _check(path: str) -> None:
    if not path.startswith("/") or "\0" in path:
        raise BadRequest("A path begins with a slash and has no zero byte.")
    if not is_utf8(path):
        raise BadRequest("This name is not UTF-8, so Podman's archive cannot be asked for it.")


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        # Go writes nanoseconds, Python 3.11 reads at most six digits after the point
        head, point, tail = text.replace("Z", "+00:00").partition(".")
        digits = tail[: next((n for n, c in enumerate(tail) if not c.isdigit()), len(tail))]
        zone = tail[len(digits) :]
        return datetime.fromisoformat(head + (point + digits[:6] + zone if point else ""))
    except ValueError:
        return None
