"""container.files and volume.files: authorises readers, and reads a file or folder."""

import hashlib
import posixpath
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit import write
from hosts.access import Person, as_container, get_object, grounds
from hosts.access.fetch import target_of
from hosts.actions.files.place import FilePlace
from hosts.cards import READS, Card, Lock, Right, Road
from hosts.jobs.errand import ActionFailed
from hosts.models import InventoryRow
from hosts.podman import Podman, archive, commands
from hosts.podman.tars import Member

# the largest file that a page shows and edits
TEXT_LIMIT_BYTES: Final = 1024 * 1024
HEAD_BYTES: Final = 4096
# what was done with which file. Never contents.
PARAMS: Final = ("what", "file_mode", "replaced", "helper", "files_count")
_EDITS = Road(why="it changes files, and makes no object")
CARDS = (
    Card(
        "container.files",
        right=Right(
            gettext_lazy("Read files"),
            gettext_lazy(
                "See and download files of containers: configuration, keys, data. Each access is "
                "written to the audit log"
            ),
            sensitive=True,
        ),
        road=READS,
        lock=Lock.PASSES,
        words=(gettext_lazy("Files of"), gettext_lazy("read files of")),
        params=PARAMS,
    ),
    Card(
        "container.files_edit",
        right=Right(
            gettext_lazy("Change files"),
            gettext_lazy("Upload, edit, rename and delete files of containers"),
            sensitive=True,
            needs=("container.files",),
        ),
        road=_EDITS,
        lock=Lock.CHANGES,
        words=(gettext_lazy("Files of"), gettext_lazy("changed files of")),
        params=PARAMS,
    ),
    Card(
        "volume.files",
        right=Right(
            gettext_lazy("Read files of volumes"),
            gettext_lazy(
                "See and download files of volumes: databases, uploads, keys. Each access is "
                "written to the audit log"
            ),
            sensitive=True,
        ),
        road=READS,
        lock=Lock.PASSES,
        words=(gettext_lazy("Files of"), gettext_lazy("read files of the volume")),
        params=PARAMS,
    ),
    Card(
        "volume.files_edit",
        right=Right(
            gettext_lazy("Change files of volumes"),
            gettext_lazy("Upload, import, edit, rename and delete files of volumes"),
            sensitive=True,
            needs=("volume.files",),
        ),
        road=_EDITS,
        lock=Lock.CHANGES,
        words=(gettext_lazy("Files of"), gettext_lazy("changed files of the volume")),
        params=PARAMS,
    ),
)


def readable(person: Person, kind: str, endpoint_id: int, podman_id: str) -> InventoryRow:
    """The container or volume, if the person may read its files. NotVisible, Denied."""
    return get_object(person, kind, endpoint_id, podman_id, verb=f"{kind}.files")


def changeable(person: Person, kind: str, endpoint_id: int, podman_id: str) -> InventoryRow:
    """The container or volume, if the person may change its files. NotVisible, Denied."""
    return get_object(person, kind, endpoint_id, podman_id, verb=f"{kind}.files_edit")


def target_for(row: InventoryRow, kind: str) -> Any:
    """The audit target of the container or volume."""
    return target_of(row.endpoint, kind=kind, object_id=row.podman_id, name=row.name)


def enter(person: Person, kind: str, row: InventoryRow, *, what: str, path: str) -> None:
    """Write the entry for a page (list, view) before it is shown. A download is a streamed action."""
    with transaction.atomic():
        verb, params = f"{kind}.files", {"what": what, "path": path}
        grant = grounds(person, verb, row.endpoint, as_container(row)).words
        write.event(person.who, verb, target_for(row, kind), params=params, grant=grant)


@dataclass(frozen=True, slots=True)
class Text:
    """A file for a page. `text` is None for a binary or large file, and `head` has its first bytes.
    `newline`: lf, crlf or mixed. A mixed file cannot be edited without changes. `digest`: of the whole
    content, or "".
    """

    member: Member
    text: str | None
    head: bytes
    newline: str
    digest: str


async def read_text(podman: Podman, place: FilePlace, path: str) -> Text:
    """The file at `path`, following a link at its end. NotFound, BadRequest where it is no file."""
    content = bytearray()
    member: Member | None = None
    async with aclosing(archive.content(podman, place.container, place.inside(path))) as parts:
        async for part in parts:
            if isinstance(part, Member):
                member = part
                continue
            content += part
            large = member is None or member.size_bytes > TEXT_LIMIT_BYTES
            if large and len(content) >= HEAD_BYTES:
                break
    assert member is not None
    owner = await owner_of(podman, place, path)
    if owner is None:
        member = replace(member, uid=-1, gid=-1, owner="", group="")
    else:
        member = replace(member, uid=owner.uid, gid=owner.gid, owner=owner.user, group=owner.group)
    if member.size_bytes > TEXT_LIMIT_BYTES:
        return Text(member, None, bytes(content[:HEAD_BYTES]), "", "")
    whole = bytes(content)
    return Text(
        member,
        as_text(whole),
        whole[:HEAD_BYTES],
        newline_of(whole),
        hashlib.sha256(whole).hexdigest(),
    )


def as_text(content: bytes) -> str | None:
    """The content as text. None where it is binary."""
    if b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def newline_of(content: bytes) -> str:
    """lf, crlf or mixed. A text field on a page has only one kind."""
    crlf = content.count(b"\r\n")
    if content.count(b"\r") != crlf:
        return "mixed"
    if not crlf:
        return "lf"
    return "crlf" if content.count(b"\n") == crlf else "mixed"


@dataclass(frozen=True, slots=True)
class Owner:
    """User and group as numbers, and as names if the container has any."""

    uid: int
    gid: int
    user: str
    group: str


async def owner_of(podman: Podman, place: FilePlace, path: str) -> Owner | None:
    """The owner of a file or folder. None where it is absent or not known. Podman's archive does not have
    owners, so the container must run and have `stat`.
    """
    if not place.running:
        return None
    try:
        words = ["stat", "-L", "-c", "%u %g %U %G", place.inside(path)]
        done = await commands.run(podman, place.container, words)
    except commands.NoTool:
        return None
    fields = done.out.decode(errors="replace").split()
    if done.code or len(fields) != 4 or not (fields[0].isdecimal() and fields[1].isdecimal()):
        return None
    user, group = ("" if name == "UNKNOWN" else name for name in fields[2:])
    return Owner(int(fields[0]), int(fields[1]), user, group)


async def folder_pieces(podman: Podman, place: FilePlace, path: str) -> AsyncGenerator[bytes, None]:
    """A folder as a tar, by the container's own tar if it runs and has one. Then owners are kept. Else by
    Podman's archive, which names the container's user as the owner of everything.
    """
    inner = place.inside(path)
    if place.running:
        # for the root its content, for another folder the folder itself
        parent, name = (inner, ".") if path == "/" else posixpath.split(inner)
        command = ["tar", "-c", "-f", "-", "-C", parent, "--", name]
        poured = commands.stream(podman, place.container, command)
        try:
            first = await anext(poured, b"")
        except commands.NoTool:
            pass
        else:
            async with aclosing(poured):
                yield first
                async for piece in poured:
                    yield piece
            return
    where = f"{inner.rstrip('/')}/." if path == "/" else inner
    async with aclosing(archive.pieces(podman, place.container, where)) as parts:
        async for part in parts:
            yield part


async def file_pieces(
    podman: Podman, place: FilePlace, path: str
) -> tuple[Member, AsyncGenerator[Member | bytes, None]]:
    """(Member, generator of the file's bytes). The caller closes the generator."""
    parts = archive.content(podman, place.container, place.inside(path))
    try:
        member = await anext(parts)
    except StopAsyncIteration as exc:
        raise ActionFailed(_("Podman sent nothing for that path.")) from exc
    except BaseException:
        # the caller does not have the generator yet, so close it here
        await parts.aclose()
        raise
    assert isinstance(member, Member)
    return member, parts
