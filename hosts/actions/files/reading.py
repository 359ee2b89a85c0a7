"""container.files and volume.files: who reads, and the content of one file or folder."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from audit import write
from hosts.access import Person, get_object
from hosts.access.fetch import target_of
from hosts.actions.files.place import Place
from hosts.jobs.errand import Trouble
from hosts.models import InventoryRow
from hosts.podman import Podman, archive
from hosts.podman.tars import Member

# what is shown and edited in a page; anything larger is downloaded
TEXT_LIMIT_BYTES: Final = 1024 * 1024
HEAD_BYTES: Final = 4096


def readable(person: Person, kind: str, endpoint_id: int, podman_id: str) -> InventoryRow:
    """The container or volume whose files this person may read. NotVisible, Denied."""
    return get_object(person, kind, endpoint_id, podman_id, verb=f"{kind}.files")


def changeable(person: Person, kind: str, endpoint_id: int, podman_id: str) -> InventoryRow:
    """The container or volume whose files this person may change. NotVisible, Denied."""
    return get_object(person, kind, endpoint_id, podman_id, verb=f"{kind}.files_edit")


def target_for(row: InventoryRow, kind: str) -> Any:
    """The audit log's words for the container or volume."""
    return target_of(row.endpoint, kind=kind, object_id=row.podman_id, name=row.name)


def enter(person: Person, kind: str, row: InventoryRow, *, what: str, path: str) -> None:
    """The entry that says what was read (list, view, download, folder), before it is."""
    with transaction.atomic():
        write.event(
            person.who, f"{kind}.files", target_for(row, kind), params={"what": what, "path": path}
        )


@dataclass(frozen=True, slots=True)
class Text:
    """A file as a page shows it. `text` is None where it is none (or too large): then `head` has
    its first bytes. `newline` is how its lines end; "mixed" cannot be edited without harm.
    `digest` is of the whole content, "" where it was not read whole.
    """

    member: Member
    text: str | None
    head: bytes
    newline: str
    digest: str


async def read_text(podman: Podman, place: Place, path: str) -> Text:
    """The file at `path`, links at its end followed. NotFound; BadRequest where it is no file."""
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
    """The content as text, or None where it is binary."""
    if b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def newline_of(content: bytes) -> str:
    """lf, crlf or mixed. A page's text field knows line ends of one kind only."""
    crlf = content.count(b"\r\n")
    if content.count(b"\r") != crlf:
        return "mixed"
    if not crlf:
        return "lf"
    return "crlf" if content.count(b"\n") == crlf else "mixed"


async def head_of(podman: Podman, place: Place, path: str) -> Member | None:
    """The head of what is at a path (owner and mode too), or None where nothing is."""
    from hosts.podman.errors import NotFound
    from hosts.podman.tars import walk

    try:
        async with aclosing(archive.pieces(podman, place.container, place.inside(path))) as parts:
            async with aclosing(walk(parts)) as items:
                async for item in items:
                    if isinstance(item, Member):
                        return item
    except NotFound:
        return None
    return None


async def file_pieces(
    podman: Podman, place: Place, path: str
) -> tuple[Member, AsyncGenerator[Member | bytes, None]]:
    """A file's Member, and a generator of its bytes to be closed by the caller."""
    parts = archive.content(podman, place.container, place.inside(path))
    try:
        member = await anext(parts)
    except StopAsyncIteration as exc:
        raise Trouble(_("Podman sent nothing for that path.")) from exc
    except BaseException:
        await parts.aclose()
        raise
    assert isinstance(member, Member)
    return member, parts
