"""Compressed archives made plain as they pass: any cut, several in a row, bombs, broken ones."""

import bz2
import ctypes
import gzip
import lzma
import random
from collections.abc import AsyncIterator, Callable

import pytest

from hosts.podman import decompress as decompressing
from hosts.podman.decompress import PIECE_BYTES, UnknownCompression, UnpackedTooLarge, decompress
from hosts.podman.tar_judge import NotATar
from hosts.podman.zstd import library

DATA = random.Random(7).randbytes(300_000) + bytes(600_000)


def zstd(data: bytes) -> bytes:
    """As the zstd program packs it: with a checksum."""
    found = library()
    assert found is not None, "no libzstd here"
    found.ZSTD_createCCtx.restype = ctypes.c_void_p
    context = ctypes.c_void_p(found.ZSTD_createCCtx())
    checksum = 201
    found.ZSTD_CCtx_setParameter(context, checksum, 1)
    size = ctypes.c_size_t
    buffer = ctypes.create_string_buffer(len(data) + len(data) // 128 + 1024)
    found.ZSTD_compress2.restype = size
    packed = found.ZSTD_compress2(context, buffer, size(len(buffer)), data, size(len(data)))
    found.ZSTD_freeCCtx(context)
    return buffer.raw[:packed]


PACK: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
}


async def out(data: bytes, *, size: int = 65536, limit_bytes: int = 10_000_000) -> bytes:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), size):
            yield data[at : at + size]

    found = bytearray()
    async for piece in decompress(pieces(), limit_bytes=limit_bytes):
        assert len(piece) <= max(PIECE_BYTES, size)
        found += piece
    return bytes(found)


@pytest.mark.parametrize("pack", PACK.values(), ids=PACK.keys())
@pytest.mark.parametrize("size", [999, 65536, 10_000_000])
async def test_whatever_the_pieces(pack: Callable[[bytes], bytes], size: int) -> None:
    assert await out(pack(DATA), size=size) == DATA


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd])
async def test_several_in_a_row_with_filling(pack: Callable[[bytes], bytes]) -> None:
    assert await out(pack(b"one") + pack(b"two") + bytes(512), size=1) == b"onetwo"


async def test_too_short_to_tell() -> None:
    assert await out(b"") == b""
    assert await out(b"BZ") == b"BZ"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd])
async def test_a_bomb_ends_at_the_limit(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(20_000_000))
    with pytest.raises(UnpackedTooLarge):
        await out(bomb, limit_bytes=1_000_000)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd])
async def test_broken_ones(pack: Callable[[bytes], bytes]) -> None:
    whole = pack(DATA)
    for broken in (whole[:-20], whole[:2000] + b"?" * 500 + whole[2500:], whole + b"garbage"):
        with pytest.raises(NotATar):
            await out(broken)


async def test_xz_may_not_ask_for_much_memory() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 512 * 2**20}]
    greedy = lzma.compress(b"x", filters=filters)
    with pytest.raises(NotATar):
        await out(greedy)


async def test_zstd_neither() -> None:
    # a frame that says it needs a window of 2 GiB
    greedy = b"\x28\xb5\x2f\xfd\x00" + bytes([21 << 3]) + bytes(100)
    with pytest.raises(NotATar):
        await out(greedy)


async def test_zstd_between_what_its_readers_skip() -> None:
    skipped = b"\x50\x2a\x4d\x18\x04\0\0\0" + b"seal"
    assert await out(zstd(b"one") + skipped + zstd(b"two") + skipped) == b"onetwo"


async def test_zstd_is_named_where_there_is_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompressing, "library", lambda: None)
    with pytest.raises(UnknownCompression):
        await out(zstd(DATA))
