"""Judges a tar that Podman will unpack, entry by entry, before it is sent on.

Podman up to 5.5 unpacks a build's context as root on the host's own disk, unconfined. Every version
does so with an OCI archive that is loaded. An entry behind a link is written wherever the link
leads. A link in the place of a file that Podman reads makes it read another file (seen on 5.4.2).
Links lead through links, so nobody can tell which of them lead out. Hence nothing may lie behind a
link, and no link may be where Podman itself reads.
"""

import posixpath
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from hosts.podman import archive_names, base_judge, containerfile
from hosts.podman.errors import Malformed, PodmanError
from hosts.podman.tars import Member, Walker

MOST_ENTRIES: Final = 1_000_000
# bytes of all remembered names of links
MOST_LINK_BYTES: Final = 32 * 2**20
# Podman takes an archive with these first bytes for a compressed one
COMPRESSED: Final = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")
_LONGEST: Final = max(map(len, COMPRESSED))
_TAKEN: Final = ("file", "folder", "link", "hardlink", "pipe", "remark")
_IGNORE_FILES: Final = (".containerignore", ".dockerignore")


class EntryFault(StrEnum):
    """Why an entry is refused."""

    MANY = "many"
    SPARSE = "sparse"
    DEVICE = "device"
    PIPE = "pipe"
    ABSOLUTE = "absolute"
    UPWARDS = "upwards"
    BEHIND_LINK = "behind a link"
    TO_LINK = "to a link"
    READ_BY_PODMAN = "read by podman"
    LARGE = "larger than any list of images"
    NO_LIST = "no list of images"


class ArchiveRefused(PodmanError):
    """The archive is not sent, or no further."""


class NotATar(ArchiveRefused):
    """No whole tar archive, or one that Podman would read in another way than we do."""


class EntryRefused(ArchiveRefused):
    """An entry could reach outside the archive. Nothing of that entry was sent."""

    def __init__(self, name: str, why: EntryFault) -> None:
        self.name = name.encode(errors="backslashreplace").decode()[:200]
        self.why = why
        super().__init__(f"The entry “{self.name}” is refused: {why}.")


class BaseRefused(ArchiveRefused):
    """A Containerfile builds on something of the host. The end of the archive was not sent."""

    def __init__(self, base: base_judge.UnsafeBase) -> None:
        self.line, self.text, self.why = base.line, base.text, base.why
        super().__init__(str(base))


@dataclass
class TarJudge:
    """Judges entries one after the other, and counts those that it let through.

    `read`, `read_below`: files and folders that Podman itself reads on the host. `on_host`: it unpacks
    on the host's own disk, else confined in a container. `built`: Containerfiles, whose bases are
    judged with `arguments` and `mounts` (base_judge). `listing`: files that name the images in it.
    `rooted`: files, by path or last name, that may begin with a slash, since Podman's own client sends them
    so; Podman unpacks them below its folder like all others.
    `texts`, `names`: the Containerfiles and the names of images, once all has passed.
    """

    read: frozenset[str] = frozenset()
    read_below: tuple[str, ...] = ()
    on_host: bool = True
    built: frozenset[str] = frozenset()
    arguments: Mapping[str, str] = field(default_factory=dict, repr=False)
    mounts: bool = True
    listing: frozenset[str] = frozenset()
    rooted: frozenset[str] = frozenset()
    texts: list[str] = field(default_factory=list, init=False)
    names: list[str] = field(default_factory=list, init=False)
    entries: int = field(default=0, init=False)
    size_bytes: int = field(default=0, init=False)
    _links: set[str] = field(default_factory=set, init=False)
    _link_bytes: int = field(default=0, init=False)
    _walker: Walker = field(default_factory=lambda: Walker(remarks=True), init=False)
    _first: bytes = field(default=b"", init=False)
    # a file that is being read: its content so far, the bytes it lacks, its name
    _text: bytearray = field(default_factory=bytearray, init=False)
    _text_left: int = field(default=0, init=False)
    _text_of: str = field(default="", init=False)

    def judge(self, member: Member) -> None:
        """EntryRefused for an entry that could touch anything outside the archive."""
        self.entries += 1
        self.size_bytes += member.size_bytes if member.kind == "file" else 0
        if self.entries > MOST_ENTRIES or self._link_bytes > MOST_LINK_BYTES:
            raise EntryRefused(member.name, EntryFault.MANY)
        if member.kind == "sparse":
            raise EntryRefused(member.name, EntryFault.SPARSE)
        if member.kind not in _TAKEN:
            raise EntryRefused(member.name, EntryFault.DEVICE)
        if member.kind == "pipe" and self.on_host:
            raise EntryRefused(member.name, EntryFault.PIPE)
        name = _within(member, self._below(member))
        if self._behind_link(name):
            raise EntryRefused(member.name, EntryFault.BEHIND_LINK)
        if member.kind in ("link", "hardlink") and self._is_read(name):
            raise EntryRefused(member.name, EntryFault.READ_BY_PODMAN)
        if member.kind == "hardlink":
            target = _within(member, member.target)
            if self.on_host and (target in self._links or self._behind_link(target)):
                raise EntryRefused(member.name, EntryFault.TO_LINK)
        if member.kind == "link":
            self._links.add(name)
            self._link_bytes += len(name)
        elif member.kind != "remark":
            self._links.discard(name)
        if member.kind == "file" and name in self.built | self.listing:
            self._begin(member, name)

    def _below(self, member: Member) -> str:
        below = member.name.lstrip("/")
        known = below in self.rooted or posixpath.basename(below) in self.rooted
        return below if known and member.kind == "file" else member.name

    def _begin(self, member: Member, name: str) -> None:
        if name in self.built and member.size_bytes > containerfile.LIMIT_BYTES:
            raise BaseRefused(base_judge.UnsafeBase(0, name, base_judge.BaseFault.LARGE))
        if member.size_bytes > archive_names.LIMIT_BYTES:
            raise EntryRefused(member.name, EntryFault.LARGE)
        self._text_left, self._text_of = member.size_bytes, name

    def feed(self, piece: bytes) -> bool:
        """Judge the entries that this piece completes; True: there were some. ArchiveRefused."""
        if len(self._first) < _LONGEST:
            self._first += piece[:_LONGEST]
            if self._first.startswith(COMPRESSED):
                raise NotATar("It is compressed.")
        judged = False
        try:
            for item in self._walker.feed(piece):
                if isinstance(item, Member):
                    self.judge(item)
                    judged = True
                elif self._text_left:
                    self._read(item)
        except Malformed as wrong:
            raise NotATar(wrong.message, cause=wrong.cause) from wrong
        return judged

    async def checked(
        self,
        pieces: AsyncIterator[bytes],
        before_end: Callable[[], Awaitable[None]] | None = None,
    ) -> AsyncIterator[bytes]:
        """The same bytes; no head passes before it is judged. ArchiveRefused.

        What `before_end` raises keeps the end from Podman, and so the archive.
        """
        held: list[bytes] = []
        async for piece in pieces:
            judged = self.feed(piece)
            held.append(piece)
            # a piece that ends within the next head waits; those before it do not
            if self._walker.within_head:
                free = len(held) - 1 if judged else 0
            else:
                free = len(held)
            for ready in held[:free]:
                yield ready
            del held[:free]
            if self._walker.ended:
                break
        else:
            raise NotATar("The archive breaks off before its end.")
        if before_end is not None:
            await before_end()
        for ready in held:
            yield ready
        # after the end of an archive only filling follows
        async for _rest in pieces:
            continue

    def _read(self, content: bytes) -> None:
        self._text += content
        self._text_left -= len(content)
        if self._text_left:
            return
        content = bytes(self._text)
        self._text.clear()
        if self._text_of in self.listing:
            try:
                self.names += archive_names.names_in(content)
            except ValueError as wrong:
                raise EntryRefused(self._text_of, EntryFault.NO_LIST) from wrong
            if len(self.names) > archive_names.MOST:
                raise EntryRefused(self._text_of, EntryFault.LARGE)
            return
        text = content.decode(errors="surrogateescape")
        self.texts.append(text)
        try:
            base_judge.judge(text, self.arguments, mounts=self.mounts)
        except base_judge.UnsafeBase as base:
            raise BaseRefused(base) from base

    def _behind_link(self, name: str) -> bool:
        parts = name.split("/")
        return any("/".join(parts[:count]) in self._links for count in range(1, len(parts)))

    def _is_read(self, name: str) -> bool:
        """True for a path that Podman reads, and for every folder above one."""
        if name == "." or name.startswith(tuple(f"{folder}/" for folder in self.read_below)):
            return True
        wanted = (*self.read, *self.read_below)
        return any(path == name or path.startswith(f"{name}/") for path in wanted)


def of_context(
    *containerfiles: str,
    arguments: Mapping[str, str] | None = None,
    read: tuple[str, ...] = (),
    mounts: bool = True,
    rooted: Collection[str] = (),
) -> TarJudge:
    """For a build's context, with the Containerfile at one of these paths.

    `read`: other files that Podman may look at without building from them. `rooted`: see TarJudge.
    """
    built = {posixpath.normpath(f"/{one}").lstrip("/") for one in containerfiles}
    paths = built | {posixpath.normpath(f"/{one}").lstrip("/") for one in read}
    beside = {f"{path}{ending}" for path in paths for ending in _IGNORE_FILES}
    # an old Podman takes a folder for the file inside it
    inside = {
        posixpath.join(path, name) for path in built for name in ("Dockerfile", "Containerfile")
    }
    return TarJudge(
        read=frozenset({*paths, *beside, *_IGNORE_FILES}),
        built=frozenset(built | inside),
        arguments=dict(arguments or {}),
        mounts=mounts,
        rooted=frozenset(rooted),
    )


def of_images() -> TarJudge:
    """For an archive of images, of either kind. Only repeated layers are links in it."""
    return TarJudge(
        read=frozenset({"oci-layout", "index.json", "manifest.json", "repositories"}),
        read_below=("blobs",),
        listing=archive_names.FILES,
    )


def _within(member: Member, path: str) -> str:
    if path.startswith("/"):
        raise EntryRefused(member.name, EntryFault.ABSOLUTE)
    if ".." in path.split("/"):
        raise EntryRefused(member.name, EntryFault.UPWARDS)
    return posixpath.normpath(path)
