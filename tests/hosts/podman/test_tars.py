"""Tar as it streams by: any cut into pieces, long and strange names, broken and hostile archives."""

import io
import os
import tarfile
from collections.abc import AsyncIterator

import pytest

from hosts.podman.errors import Malformed
from hosts.podman.tars import Member, file_end, file_head, walk

LONG = "deep/" * 60 + "ü" * 100
STRANGE = os.fsdecode(b"not\xffutf8\nline")


def packed(kind: int) -> bytes:
    made = io.BytesIO()
    with tarfile.open(
        fileobj=made, mode="w", format=kind, encoding="utf-8", errors="surrogateescape"
    ) as tar:
        for name, content in ((LONG, b"a" * 1000), (STRANGE, b""), ("512", b"b" * 512)):
            info = tarfile.TarInfo(name)
            info.size, info.uid, info.gid, info.mode = len(content), 12, 34, 0o4751
            tar.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/" + LONG
        tar.addfile(link)
    return made.getvalue()


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


async def read(data: bytes, size: int) -> list[tuple[Member, bytes]]:
    found: list[tuple[Member, bytes]] = []
    async for item in walk(pieces(data, size)):
        if isinstance(item, Member):
            found.append((item, b""))
        else:
            found[-1] = (found[-1][0], found[-1][1] + item)
    return found


@pytest.mark.parametrize("size", [1, 7, 512, 513, 65536])
@pytest.mark.parametrize("kind", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
async def test_whatever_the_pieces(size: int, kind: int) -> None:
    found = await read(packed(kind), size)
    assert [(m.name, m.kind, content) for m, content in found] == [
        (LONG, "file", b"a" * 1000),
        (STRANGE, "file", b""),
        ("512", "file", b"b" * 512),
        ("link", "link", b""),
    ]
    assert found[3][0].target == "/" + LONG
    assert (found[0][0].uid, found[0][0].gid, found[0][0].mode) == (12, 34, 0o4751)


async def test_what_we_make_is_read_by_others() -> None:
    head = file_head(LONG, size_bytes=3, mode=0o640, uid=5, gid=6, mtime_s=1.5)
    whole = head + b"abc" + file_end(3)
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        (member,) = tar.getmembers()
        assert (member.name, member.mode, member.uid, member.gid) == (LONG, 0o640, 5, 6)
        content = tar.extractfile(member)
        assert content is not None
        assert content.read() == b"abc"


@pytest.mark.parametrize("keep", [100, 512, 700, 1400, 2000])
async def test_a_cut_archive_is_told(keep: int) -> None:
    with pytest.raises(Malformed):
        await read(packed(tarfile.PAX_FORMAT)[:keep], 512)


async def test_no_archive_and_a_head_without_end() -> None:
    with pytest.raises(Malformed):
        await read(b"<html>" * 200, 512)
    huge = tarfile.TarInfo("x")
    huge.type, huge.size = tarfile.XHDTYPE, 1 << 30
    with pytest.raises(Malformed):
        await read(huge.tobuf(tarfile.USTAR_FORMAT) + b"x" * 4096, 512)
