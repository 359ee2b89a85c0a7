"""Tar as it streams by: reads heads one after the other, and makes heads to send.

Nothing is extracted here. Names are `str` as `os.fsdecode` makes them, so bytes that are not UTF-8
survive. Heads are read as Podman does (Go's archive/tar). Python's tarfile may take another name
or size from the same bytes: then one entry would be judged, and another extracted.
"""

import os
import tarfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final

from hosts.podman.errors import Malformed

BLOCK: Final = 512
# heads that describe the next entry (long names, times) are small
EXTRA_LIMIT_BYTES: Final = 256 * 1024
_EXTRA: Final = (tarfile.XHDTYPE, tarfile.XGLTYPE)
_LONG: Final = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_KINDS: Final = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.CONTTYPE: "file",
    tarfile.GNUTYPE_SPARSE: "sparse",
    tarfile.LNKTYPE: "hardlink",
    tarfile.SYMTYPE: "link",
    tarfile.DIRTYPE: "folder",
    tarfile.CHRTYPE: "device",
    tarfile.BLKTYPE: "device",
    tarfile.FIFOTYPE: "pipe",
}
_WITH_CONTENT: Final = ("file", "sparse", "other")
_MODE_BITS: Final = 0o7777
_USTAR: Final = b"ustar\x00"


@dataclass(frozen=True, slots=True)
class Member:
    """One entry's head. `kind`: file, folder, link, hardlink, device, pipe, sparse, other, remark.

    Only a Walker with `remarks` gives a remark.
    """

    name: str
    kind: str
    size_bytes: int
    mode: int
    uid: int
    gid: int
    owner: str
    group: str
    mtime_s: float
    target: str


async def walk(pieces: AsyncIterator[bytes]) -> AsyncGenerator[Member | bytes, None]:
    """Each entry's Member, then its content in pieces. Raises Malformed for what is no tar.

    A stream without the two empty blocks of an end is cut: Malformed too.
    """
    walker = Walker()
    async for piece in pieces:
        for item in walker.feed(piece):
            yield item
        if walker.ended:
            return
    raise Malformed("The archive breaks off before its end.")


class Walker:
    """Reads a tar that is fed piece by piece. `ended`: only filling follows.

    `remarks`: give heads that describe all later entries (git writes one) as members of that kind,
    without content. Podman takes them for entries with a name.
    """

    def __init__(self, *, remarks: bool = False) -> None:
        self.ended = False
        self._remarks = remarks
        self._rest = bytearray()
        self._left = self._padding = 0
        # descriptions of the next entry: pax records, and GNU's long names, which win
        self._extra: dict[str, str] = {}
        self._long: dict[str, str] = {}

    @property
    def within_head(self) -> bool:
        """True within a head that is not whole yet."""
        return bool(self._rest or self._extra or self._long)

    def feed(self, piece: bytes) -> Iterator[Member | bytes]:  # noqa: C901 - a machine of few states
        """The entries and content that this piece completes. Raises Malformed."""
        if self.ended:
            return
        if not self._rest and self._left >= len(piece):
            self._left -= len(piece)
            yield piece
            return
        self._rest += piece
        while not self.ended:
            if self._left:
                if not self._rest:
                    return
                yield self._taken(min(self._left, len(self._rest)))
                continue
            if self._padding:
                skipped = min(self._padding, len(self._rest))
                del self._rest[:skipped]
                self._padding -= skipped
                if self._padding:
                    return
            if len(self._rest) < BLOCK:
                return
            block = bytes(self._rest[:BLOCK])
            if block == bytes(BLOCK):
                self.ended = True
                return
            head = _head(block)
            if head.type in (*_EXTRA, *_LONG):
                whole = BLOCK + head.size + -head.size % BLOCK
                if head.size > EXTRA_LIMIT_BYTES:
                    raise Malformed("A head of the archive is larger than any name can be.")
                if len(self._rest) < whole:
                    return
                self._describe(head, bytes(self._rest[BLOCK : BLOCK + head.size]))
                del self._rest[:whole]
                if self._remarks and head.type == tarfile.XGLTYPE:
                    yield _remark(head)
                continue
            del self._rest[:BLOCK]
            member = _member(head, {**self._extra, **self._long})
            self._extra, self._long = {}, {}
            self._left = member.size_bytes if member.kind in _WITH_CONTENT else 0
            self._padding = -self._left % BLOCK
            yield member

    def _taken(self, count: int) -> bytes:
        part = bytes(self._rest[:count])
        del self._rest[:count]
        self._left -= count
        return part

    def _describe(self, head: tarfile.TarInfo, content: bytes) -> None:
        if head.type in _LONG:
            self._long |= _long(head, content)
        elif head.type == tarfile.XHDTYPE:
            self._extra = _records(content)
        else:
            # Go ends an entry here: earlier descriptions are void
            self._extra, self._long = {}, {}


def _remark(head: tarfile.TarInfo) -> Member:
    return Member(
        name=head.name.rstrip("/") or "/",
        kind="remark",
        size_bytes=0,
        mode=0,
        uid=0,
        gid=0,
        owner="",
        group="",
        mtime_s=0,
        target="",
    )


def _head(block: bytes) -> tarfile.TarInfo:
    try:
        head = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if not block[124] & 0x80:
            head.size = int(_text(block[124:136].strip(b" \0")) or b"0", 8)
    except (tarfile.HeaderError, ValueError) as exc:
        raise Malformed("The received data is not a tar archive.", cause=str(exc)) from exc
    if head.size < 0:
        raise Malformed("An entry of the archive is smaller than nothing.")
    head.name = _name(block)
    # frombuf takes a file whose name ends in a slash for a folder; another name may follow
    head.type = block[156:157]
    return head


def _name(block: bytes) -> str:
    magic, name = block[257:263], _text(block[:100])
    if magic == b"ustar " and any(block[345:500]):
        # GNU's times; Go takes them for the name's beginning where they are none
        raise Malformed("A head of the archive is malformed.")
    # star has a shorter prefix, with times behind it
    prefix = _text(block[345:476] if block[508:] == b"tar\0" else block[345:500])
    return os.fsdecode(prefix + b"/" + name if magic == _USTAR and prefix else name)


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _long(head: tarfile.TarInfo, content: bytes) -> dict[str, str]:
    text = os.fsdecode(_text(content))
    name = "path" if head.type == tarfile.GNUTYPE_LONGNAME else "linkpath"
    return {name: text} if text else {}


def _records(content: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    while content:
        length, space, _ = content.partition(b" ")
        if not space or not length.isdigit() or not 0 < int(length) <= len(content):
            raise Malformed("A head of the archive is malformed.")
        record = content[len(length) + 1 : int(length)]
        name, _, value = record.removesuffix(b"\n").partition(b"=")
        found[os.fsdecode(name)] = os.fsdecode(value)
        content = content[int(length) :]
    # a record without a value revokes an earlier one
    return {name: value for name, value in found.items() if value}


def _member(head: tarfile.TarInfo, extra: dict[str, str]) -> Member:
    try:
        size = int(extra.get("size", head.size))
        mtime_s = float(extra.get("mtime", head.mtime))
        uid, gid = int(extra.get("uid", head.uid)), int(extra.get("gid", head.gid))
    except ValueError as exc:
        raise Malformed("A head of the archive is malformed.", cause=str(exc)) from exc
    if size < 0:
        raise Malformed("An entry of the archive is smaller than nothing.")
    name = extra.get("path", head.name)
    kind = _KINDS.get(head.type, "other")
    if any(record.startswith("GNU.sparse.") for record in extra):
        # a sparse file has a name and a size of its own
        kind = "sparse"
    if kind == "file" and name.endswith("/"):
        if head.type != tarfile.AREGTYPE and size:
            raise Malformed("An entry of the archive is a file and a folder at once.", cause=name)
        kind = "folder"
    return Member(
        name=name.rstrip("/") or "/",
        kind=kind,
        size_bytes=size,
        mode=head.mode & _MODE_BITS,
        uid=uid,
        gid=gid,
        owner=extra.get("uname", head.uname),
        group=extra.get("gname", head.gname),
        mtime_s=mtime_s,
        target=extra.get("linkpath", head.linkname),
    )


def file_head(
    name: str, *, size_bytes: int, mode: int, uid: int, gid: int, mtime_s: float
) -> bytes:
    """The head of one file's entry. Its content follows, then `file_end`."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size_bytes, mode, int(mtime_s)
    info.uid, info.gid = uid, gid
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def file_end(size_bytes: int) -> bytes:
    """The end of a file's entry and of the archive."""
    return bytes(-size_bytes % BLOCK + 2 * BLOCK)
