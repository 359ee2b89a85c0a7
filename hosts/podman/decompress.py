"""Decompresses archives as they pass, so that what is judged is what Podman unpacks.

Memory holds one piece and the state of the decompressor; xz may ask for 100 MiB, zstd for 128 MiB, no more.
"""

import asyncio
import bz2
import lzma
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Final, Protocol

from hosts.podman.tar_judge import ArchiveRefused, NotATar
from hosts.podman.zstd import ZstdDecompressor, library

PIECE_BYTES: Final = 256 * 1024
_XZ_MEMORY_BYTES: Final = 100 * 2**20
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ENOUGH: Final = 6


class UnknownCompression(ArchiveRefused):
    """A compression that is not read on this machine."""


class UnpackedTooLarge(ArchiveRefused):
    """The archive unpacks to more than is allowed."""


class _Reader(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's decompressor with the interface of the other two."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES)


_READERS: Final[dict[bytes, Callable[[], _Reader]]] = {
    b"\x1f\x8b\x08": _Gzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": _xz,
    _ZSTD: ZstdDecompressor,
}


async def decompress(
    pieces: AsyncIterator[bytes], *, limit_bytes: int
) -> AsyncGenerator[bytes, None]:
    """The content of `pieces`: unpacked from gzip, bzip2, xz or zstd, else unchanged.

    Raises UnknownCompression (zstd without its library), UnpackedTooLarge past `limit_bytes`, NotATar where
    it is broken.
    """
    first = b""
    while len(first) < _ENOUGH and (piece := await anext(pieces, None)) is not None:
        first += piece
    if first.startswith(_ZSTD) and library() is None:
        raise UnknownCompression("It is compressed with zstd.")
    make = next((make for magic, make in _READERS.items() if first.startswith(magic)), None)
    if make is None:
        if first:
            yield first
        async for piece in pieces:
            yield piece
        return
    given = 0
    async for piece in _unpacked(make, first, pieces):
        given += len(piece)
        if given > limit_bytes:
            raise UnpackedTooLarge(f"More than {limit_bytes} bytes come out of it.")
        yield piece


async def _unpacked(
    make: Callable[[], _Reader], first: bytes, pieces: AsyncIterator[bytes]
) -> AsyncGenerator[bytes, None]:
    reader = make()
    data: bytes | None = first
    while True:
        try:
            # in a thread: the event loop carries terminals too
            part = await asyncio.to_thread(reader.decompress, data or b"", PIECE_BYTES)
        except (zlib.error, lzma.LZMAError, OSError, EOFError) as broken:
            raise NotATar("The received archive cannot be unpacked.", cause=str(broken)) from broken
        ended, data = data is None, b""
        if part:
            yield part
        if reader.eof:
            # several parts can follow each other, with zeros between them
            data = reader.unused_data.lstrip(b"\0")
            while data == b"":
                following = await anext(pieces, None)
                data = None if following is None else following.lstrip(b"\0")
            if data is None:
                return
            reader = make()
        elif reader.needs_input:
            if ended:
                raise NotATar("The archive breaks off before its end.")
            data = await anext(pieces, None)
