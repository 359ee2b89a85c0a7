"""A tar is judged entry by entry before any of it goes on (T10)."""

import io
import tarfile
from collections.abc import AsyncIterator

import pytest

from hosts.actions.files.import_judge import ImportJudge
from hosts.jobs.errand import ActionFailed


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


async def through(data: bytes, *, size: int = 512) -> tuple[bytes, ImportJudge]:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), size):
            yield data[at : at + size]

    judge = ImportJudge()
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
    with pytest.raises(ActionFailed) as refused:
        await through(packed(good, *entries))
    assert why in refused.value.message
    assert entries[-1][0] in refused.value.message


def head(name: bytes, *, kind: bytes = FILE, size: bytes = b"00000000000", **parts: bytes) -> bytes:
    """A head of exactly these bytes, as tarfile itself would never write them."""
    block = bytearray(512)
    block[: len(name)] = name
    block[100:108] = block[108:116] = block[116:124] = b"0000644\0"
    block[124 : 124 + len(size)] = size
    block[136:148] = b"00000000000\0"
    block[156:157] = kind
    block[257:265] = parts.get("magic", b"ustar\x0000")
    prefix = parts.get("prefix", b"")
    block[345 : 345 + len(prefix)] = prefix
    block[148:156] = b"%06o\0 " % (sum(block) + 8 * 32 - sum(block[148:156]))
    return bytes(block)


def pax(*records: tuple[bytes, bytes], kind: bytes = tarfile.XHDTYPE) -> bytes:
    told = b"".join(_record(name, value) for name, value in records)
    return head(b"pax", kind=kind, size=b"%011o" % len(told)) + told + bytes(-len(told) % 512)


def _record(name: bytes, value: bytes) -> bytes:
    length = len(name) + len(value) + 3
    while len(b"%d" % length) + len(name) + len(value) + 3 != length:
        length = len(b"%d" % length) + len(name) + len(value) + 3
    return b"%d %b=%b\n" % (length, name, value)


def long_name(name: bytes) -> bytes:
    told = name + b"\0"
    made = head(b"././@LongLink", kind=tarfile.GNUTYPE_LONGNAME, size=b"%011o" % len(told))
    return made + told + bytes(-len(told) % 512)


EVIL = head(b"../evil")
GOOD_PATH = (b"path", b"good")
LINK_L = head(b"l", kind=LINK)
# a head that would make a reader take all that follows for the content of one file
COVERED = head(b"cover", size=b"00000010000") + EVIL + bytes(4096)
SKIPPED = {
    "below nothing": head(b"x", kind=tarfile.XHDTYPE, size=b"\xff" * 10 + b"\xfe\x00"),
    "records of an older kind": pax(GOOD_PATH, kind=tarfile.SOLARIS_XHDTYPE) + EVIL,
    "the long name counts": long_name(b"../evil") + pax(GOOD_PATH) + head(b"x"),
    "the last records count": pax(GOOD_PATH) + pax((b"comment", b"x")) + EVIL,
    "records are dropped": pax(GOOD_PATH) + pax((b"a", b"b"), kind=tarfile.XGLTYPE) + EVIL,
    "a record without a value": pax(GOOD_PATH, (b"path", b"")) + EVIL,
    "a name for sparse ones": pax((b"GNU.sparse.name", b"../evil"), GOOD_PATH) + head(b"x"),
    "sparse with more heads": head(b"s", kind=tarfile.GNUTYPE_SPARSE, magic=b"ustar  \0") + EVIL,
    "no prefix outside ustar": LINK_L + head(b"l/x", magic=bytes(8), prefix=b"ok"),
    "times for a prefix": LINK_L + head(b"x", magic=b"ustar  \0", prefix=b"l"),
    "a folder with content": head(b"d/", size=b"00000001000") + COVERED,
    "a size behind a zero": head(b"f", size=b"\x0000000001000") + COVERED,
    "a folder by its old name": pax(GOOD_PATH)
    + head(b"d/", kind=b"\0", size=b"00000001000")
    + COVERED,
    "compressed at second sight": head(b"\x1f\x8b\x08x", size=b"00000001000") + bytes(512),
    "compressed by zstd": head(b"\x28\xb5\x2f\xfdx"),
}


@pytest.mark.parametrize("data", SKIPPED.values(), ids=SKIPPED.keys())
async def test_what_podman_would_read_in_another_way(data: bytes) -> None:
    """Each of these says something else to Go's archive/tar, which Podman extracts with."""
    with pytest.raises(ActionFailed):
        await through(data + bytes(1024))


async def test_what_is_no_tar() -> None:
    with pytest.raises(ActionFailed, match="tar archive"):
        await through(b"\x1f\x8b" + b"gzip" * 1000)


async def test_nothing_of_a_refused_entry_goes_on() -> None:
    data = packed(("good", FILE, ""), ("../evil", FILE, ""))
    passed = bytearray()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), 512):
            yield data[at : at + 512]

    async def pass_on() -> None:
        async for piece in ImportJudge().checked(pieces()):
            passed.extend(piece)

    with pytest.raises(ActionFailed):
        await pass_on()
    assert b"evil" not in passed
