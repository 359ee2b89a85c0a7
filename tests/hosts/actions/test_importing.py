"""A tar is judged entry by entry before any of it goes on (T10)."""

import io
import tarfile
from collections.abc import AsyncIterator

import pytest

from hosts.actions.files.importing import Judge
from hosts.jobs.errand import Trouble


def packed(*entries: tuple[str, bytes, str]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, target in entries:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            content = b"x" * 600 if kind == tarfile.REGTYPE else b""
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return made.getvalue()


FILE, LINK, HARD, FOLDER = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE


async def through(data: bytes, *, size: int = 512) -> tuple[bytes, Judge]:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), size):
            yield data[at : at + size]

    judge = Judge()
    return b"".join([piece async for piece in judge.checked(pieces())]), judge


@pytest.mark.parametrize("size", [512, 777, 100_000])
async def test_a_good_one_goes_through_byte_by_byte(size: int) -> None:
    data = packed(("a", FOLDER, ""), ("a/f", FILE, ""), ("a/l", LINK, "/etc"), ("a/h", HARD, "a/f"))
    passed, judge = await through(data, size=size)
    with tarfile.open(fileobj=io.BytesIO(passed)) as tar:
        assert tar.getnames() == ["a", "a/f", "a/l", "a/h"]
    assert data.startswith(passed)
    assert (judge.entries, judge.size_bytes) == (4, 600)


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([("../x", FILE, "")], "upwards"),
        ([("a/../../x", FILE, "")], "upwards"),
        ([("/etc/x", FILE, "")], "absolute"),
        ([("h", HARD, "../x")], "upwards"),
        ([("h", HARD, "/etc/passwd")], "absolute"),
        ([("l", LINK, "/etc"), ("l/x", FILE, "")], "behind a link"),
        ([("d/l", LINK, ".."), ("d/l/x/y", FILE, "")], "behind a link"),
        ([("null", tarfile.CHRTYPE, "")], "devices"),
    ],
)
async def test_a_hostile_entry_is_refused_by_name(
    entries: list[tuple[str, bytes, str]], why: str
) -> None:
    good = ("good", FILE, "")
    with pytest.raises(Trouble) as refused:
        await through(packed(good, *entries))
    assert why in refused.value.message
    assert entries[-1][0] in refused.value.message


async def test_what_is_no_tar() -> None:
    with pytest.raises(Trouble, match="tar archive"):
        await through(b"\x1f\x8b" + b"gzip" * 1000)


async def test_nothing_of_a_refused_entry_goes_on() -> None:
    data = packed(("good", FILE, ""), ("../evil", FILE, ""))
    passed = bytearray()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), 512):
            yield data[at : at + 512]

    async def pass_on() -> None:
        async for piece in Judge().checked(pieces()):
            passed.extend(piece)

    with pytest.raises(Trouble):
        await pass_on()
    assert b"evil" not in passed
