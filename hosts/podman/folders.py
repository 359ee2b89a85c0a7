"""What is in a folder of a container: by its own `find` where it runs and has one, else by tar.

The scripts are constant, and the folder is the working directory: no name reaches a shell.
"""

import asyncio
import os
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from hosts.podman import archive, containers
from hosts.podman.client import Podman
from hosts.podman.commands import NoTool, run
from hosts.podman.errors import Conflict, Malformed, PodmanError
from hosts.podman.tars import Member, walk

MOST_ENTRIES: Final = 100_000
LIST_LIMIT_BYTES: Final = 32 * 1024 * 1024
LIST_TIMEOUT_S: Final = 60.0
# a tar brings the contents of all files below: the bound of what is read
TAR_LIMIT_BYTES: Final = 64 * 1024 * 1024

# GNU: one record of NUL-ended fields each. Elsewhere (busybox, toybox) stat and readlink; a name
# has no slash, so "//" can only begin a record. Names of owners are looked up here: busybox's stat
# reads /etc/passwd anew for each file.
_LIST: Final = r"""
if find . -maxdepth 0 -printf "" >/dev/null 2>&1; then
  printf 'find\0'
  exec find . -mindepth 1 -maxdepth 1 -printf '%y\0%m\0%s\0%T@\0%U\0%G\0%u\0%g\0%f\0%l\0'
fi
command -v find >/dev/null && command -v stat >/dev/null || exit 9
printf 'stat\0'
cat /etc/passwd 2>/dev/null; printf '\0'
cat /etc/group 2>/dev/null; printf '\0'
find . -mindepth 1 -maxdepth 1 -exec stat -c '//%f/%s/%Y/%u/%g/%n' {} +
printf '\0'
exec find . -mindepth 1 -maxdepth 1 -type l -exec sh -c \
  'for f; do printf "%s\0%s\0" "$f" "$(readlink "$f"; printf x)"; done' sh {} +
"""
_FIND_FIELDS: Final = 10
_FIND_KINDS: Final = {
    "f": "file",
    "d": "folder",
    "l": "link",
    "p": "pipe",
    "s": "socket",
    "b": "device",
    "c": "device",
}
_STAT_KINDS: Final = {
    0o100000: "file",
    0o040000: "folder",
    0o120000: "link",
    0o010000: "pipe",
    0o140000: "socket",
    0o020000: "device",
    0o060000: "device",
}


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """One entry of a folder. `size_bytes` counts for files; `target` is a link's, as written.

    `uid` and `gid` are -1 where unknown: Podman's archive names the container's user as the owner of
    everything (5.4.2).
    """

    name: str
    kind: str
    size_bytes: int
    mode: int
    mtime_s: float
    uid: int
    gid: int
    owner: str
    group: str
    target: str


@dataclass(frozen=True, slots=True)
class Listing:
    """`whole`: nothing is missing. `by_tar`: read from the archive, not by a tool inside."""

    entries: list[FolderEntry]
    whole: bool
    by_tar: bool


async def list_folder(podman: Podman, container: str, folder: str, *, running: bool) -> Listing:
    """The entries of `folder` (absolute), in no order. NotFound; Conflict where it is no folder."""
    if running:
        try:
            return await _by_tool(podman, container, folder)
        except (NoTool, Malformed):
            # no shell or no find inside: the tar has the same, at a higher price
            if not archive.is_utf8(folder):
                raise
    return await _by_tar(podman, container, folder)


async def _by_tool(podman: Podman, container: str, folder: str) -> Listing:
    done = await run(
        podman,
        container,
        ["sh", "-c", _LIST],
        workdir=folder,
        limit_bytes=LIST_LIMIT_BYTES,
        timeout_s=LIST_TIMEOUT_S,
    )
    if "ot a directory" in done.err:
        raise Conflict("That is not a folder.", cause=done.err)
    tool, zero, output = done.out.partition(b"\0")
    if tool == b"find":
        found = await asyncio.to_thread(_from_find, output)
    elif tool == b"stat":
        found = await asyncio.to_thread(_from_stat, output)
    else:
        raise Malformed("The container has no tool that lists files.", cause=done.err)
    if not zero:
        raise Malformed("The list breaks off.")
    whole = not done.cut and len(found) <= MOST_ENTRIES
    return Listing(found[:MOST_ENTRIES], whole=whole, by_tar=False)


def _from_find(output: bytes) -> list[FolderEntry]:
    fields = output.split(b"\0")
    entries = []
    for at in range(0, len(fields) - _FIND_FIELDS, _FIND_FIELDS):
        kind, mode, size, mtime, uid, gid, owner, group, name, target = (
            os.fsdecode(field) for field in fields[at : at + _FIND_FIELDS]
        )
        try:
            entries.append(
                FolderEntry(
                    name=name,
                    kind=_FIND_KINDS.get(kind, "other"),
                    size_bytes=int(size),
                    mode=int(mode, 8),
                    mtime_s=float(mtime),
                    uid=int(uid),
                    gid=int(gid),
                    owner=owner,
                    group=group,
                    target=target,
                )
            )
        except ValueError as exc:
            raise Malformed("The list is not what find writes.", cause=str(exc)) from exc
    return entries


def _from_stat(output: bytes) -> list[FolderEntry]:
    passwd, _, rest = output.partition(b"\0")
    group_file, _, rest = rest.partition(b"\0")
    users, groups = _names(passwd), _names(group_file)
    records, _, links = rest.partition(b"\0")
    pairs = links.split(b"\0")
    targets = {
        # "./name", and readlink's output: the target, its newline and our x
        os.fsdecode(name)[2:]: os.fsdecode(target).removesuffix("\nx")
        for name, target in zip(pairs[::2], pairs[1::2], strict=False)
    }
    entries = []
    for record in records.removesuffix(b"\n").removeprefix(b"//").split(b"\n//"):
        if not record:
            continue
        parts = os.fsdecode(record).split("/", 6)
        try:
            bits, size, mtime, uid, gid, _dot, name = parts
            mode = int(bits, 16)
            entries.append(
                FolderEntry(
                    name=name,
                    kind=_STAT_KINDS.get(mode & 0o170000, "other"),
                    size_bytes=int(size),
                    mode=mode & 0o7777,
                    mtime_s=float(mtime),
                    uid=int(uid),
                    gid=int(gid),
                    owner=users.get(uid, ""),
                    group=groups.get(gid, ""),
                    target=targets.get(name, ""),
                )
            )
        except ValueError as exc:
            raise Malformed("The list is not what stat writes.", cause=str(exc)) from exc
    return entries


def _names(file: bytes) -> dict[str, str]:
    """Number to name, of /etc/passwd or /etc/group."""
    fields = [line.split(":") for line in os.fsdecode(file).splitlines()]
    return {line[2]: line[0] for line in reversed(fields) if len(line) > 2}


async def _by_tar(podman: Podman, container: str, folder: str) -> Listing:
    entries: dict[str, FolderEntry] = {}
    read = 0
    whole = True
    inside = folder.rstrip("/") + "/."
    async with aclosing(archive.pieces(podman, container, inside)) as parts:
        async with aclosing(walk(parts)) as items:
            async for item in items:
                if isinstance(item, bytes):
                    read += len(item)
                elif (found := _top(item)) is not None:
                    entries.setdefault(found.name, found)
                if read > TAR_LIMIT_BYTES or len(entries) >= MOST_ENTRIES:
                    whole = False
                    break
    return Listing(list(entries.values()), whole=whole, by_tar=True)


def _top(member: Member) -> FolderEntry | None:
    """The member as an entry of the folder itself; None for deeper ones."""
    name = member.name.removeprefix("./").strip("/")
    if name in ("", ".") or "/" in name:
        return None
    return FolderEntry(
        name=name,
        kind="file" if member.kind == "hardlink" else member.kind,
        size_bytes=member.size_bytes,
        mode=member.mode,
        mtime_s=member.mtime_s,
        uid=-1,
        gid=-1,
        owner="",
        group="",
        target=member.target if member.kind == "link" else "",
    )


async def is_running(podman: Podman, container: str) -> bool:
    """Whether a command can be run in it now."""
    state = (await containers.inspect(podman, container)).get("State") or {}
    return bool(state.get("Running")) and not state.get("Paused")


__all__ = ["FolderEntry", "Listing", "PodmanError", "is_running", "list_folder"]
