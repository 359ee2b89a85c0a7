"""A tar put into a folder: every head is judged before its entry goes on to the host.

Refused by name: `..`, absolute names, hard links that lead out, entries that lie behind a link of
the same archive, devices, sparse files. Refused as a whole: what Podman would unpack before it reads
it. Nothing is extracted here; what goes through is at most one piece ahead.
"""

import posixpath
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from hosts.jobs.errand import Trouble
from hosts.podman.errors import Malformed
from hosts.podman.tars import Member, walk

MOST_ENTRIES: Final = 1_000_000
# by their first bytes Podman takes an archive for a compressed one, whatever else it is
_COMPRESSED: Final = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")
_LONGEST: Final = max(map(len, _COMPRESSED))
_TAKEN: Final = ("file", "folder", "link", "hardlink", "pipe")


@dataclass
class Judge:
    """Judges an archive's entries one after the other; counts what it let through."""

    entries: int = 0
    size_bytes: int = 0
    _links: set[str] = field(default_factory=set)

    def judge(self, member: Member) -> None:
        """Trouble for an entry that could touch anything but what lies below the folder."""
        self.entries += 1
        self.size_bytes += member.size_bytes if member.kind == "file" else 0
        if self.entries > MOST_ENTRIES:
            raise _refused(member, _("there are more than a million entries"))
        if member.kind == "sparse":
            raise _refused(member, _("sparse files are not taken"))
        if member.kind not in _TAKEN:
            raise _refused(member, _("devices are not taken"))
        name = _within(member, member.name)
        parts = name.split("/")
        if any("/".join(parts[:count]) in self._links for count in range(1, len(parts))):
            raise _refused(member, _("it lies behind a link of the same archive"))
        if member.kind == "hardlink":
            _within(member, member.target)
        if member.kind == "link":
            self._links.add(name)
        else:
            self._links.discard(name)

    async def checked(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same bytes, each piece once its heads are judged. Trouble, Malformed."""
        held: list[bytes] = []
        first = b""

        async def tap() -> AsyncIterator[bytes]:
            nonlocal first
            async for piece in pieces:
                held.append(piece)
                if len(first) < _LONGEST:
                    first += piece[:_LONGEST]
                    if first.startswith(_COMPRESSED):
                        raise Malformed("It is compressed.")
                yield piece

        try:
            async with aclosing(walk(tap())) as items:
                async for item in items:
                    if isinstance(item, Member):
                        self.judge(item)
                    while len(held) > 1:
                        yield held.pop(0)
        except Malformed as wrong:
            words = _("What came is not a whole tar archive. A .tar.gz has to be unpacked first.")
            raise Trouble(words, wrong.message) from wrong
        while held:
            yield held.pop(0)
        # what follows the end of an archive is filling
        async for _rest in pieces:
            continue


def _within(member: Member, path: str) -> str:
    if path.startswith("/"):
        raise _refused(member, _("it is absolute"))
    if ".." in path.split("/"):
        raise _refused(member, _("it leads upwards (..)"))
    return posixpath.normpath(path)


def _refused(member: Member, why: str) -> Trouble:
    name = member.name.encode(errors="backslashreplace").decode()
    return Trouble(
        _("The entry “%(name)s” is refused: %(why)s.") % {"name": name[:200], "why": why}
    )
