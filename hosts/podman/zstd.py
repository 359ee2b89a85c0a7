"""zstd, which Python reads from 3.14 on; until then by the C library that distributions have anyway."""

import ctypes
import weakref
from functools import cache
from typing import Final

# as the zstd program reads without further options; what needs more memory is refused by the library
_WINDOW_LOG_MAX: Final = 27
_WINDOW_LOG_PARAMETER: Final = 100
_INPUT, _OUTPUT = ctypes.c_char_p, ctypes.c_void_p


class ZstdError(OSError):
    """It is no zstd, broken, or wants more than 128 MiB of memory."""


class _Input(ctypes.Structure):
    _fields_ = (("start", _INPUT), ("size", ctypes.c_size_t), ("at", ctypes.c_size_t))


class _Output(ctypes.Structure):
    _fields_ = (("start", _OUTPUT), ("size", ctypes.c_size_t), ("at", ctypes.c_size_t))


@cache
def library() -> ctypes.CDLL | None:
    """None where this machine has no libzstd."""
    try:
        found = ctypes.CDLL("libzstd.so.1")
    except OSError:
        return None
    context, size = ctypes.c_void_p, ctypes.c_size_t
    for name, result, *given in (
        ("ZSTD_createDCtx", context),
        ("ZSTD_freeDCtx", size, context),
        ("ZSTD_DCtx_setParameter", size, context, ctypes.c_int, ctypes.c_int),
        ("ZSTD_decompressStream", size, context, ctypes.POINTER(_Output), ctypes.POINTER(_Input)),
        ("ZSTD_isError", ctypes.c_uint, size),
        ("ZSTD_getErrorName", ctypes.c_char_p, size),
    ):
        function = getattr(found, name)
        function.restype, function.argtypes = result, given
    return found


class ZstdDecompressor:
    """One frame, with the interface of bz2's and lzma's decompressors. ZstdError without `library`."""

    def __init__(self) -> None:
        found = library()
        if found is None:
            raise ZstdError("libzstd.so.1 is not installed")
        self._zstd = found
        self._context = found.ZSTD_createDCtx()
        weakref.finalize(self, found.ZSTD_freeDCtx, self._context)
        self._heed(
            found.ZSTD_DCtx_setParameter(self._context, _WINDOW_LOG_PARAMETER, _WINDOW_LOG_MAX)
        )
        self._rest = b""
        self.eof = False
        self.needs_input = True

    @property
    def unused_data(self) -> bytes:
        """What stands behind the end of the frame."""
        return self._rest if self.eof else b""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most `max_length` bytes (-1: 1 MiB); what does not fit comes with the next call. ZstdError."""
        data = self._rest + data
        size = max_length if max_length >= 0 else 2**20
        buffer = ctypes.create_string_buffer(size)
        given = _Input(data, len(data), 0)
        out = _Output(ctypes.addressof(buffer), size, 0)
        left = 1
        while left and out.at < size:
            before = given.at, out.at
            left = self._heed(
                self._zstd.ZSTD_decompressStream(
                    self._context, ctypes.byref(out), ctypes.byref(given)
                )
            )
            if before == (given.at, out.at):
                break
        self._rest = data[given.at :]
        self.eof = left == 0
        self.needs_input = out.at < size
        return buffer.raw[: out.at]

    def _heed(self, answer: int) -> int:
        if self._zstd.ZSTD_isError(answer):
            raise ZstdError(self._zstd.ZSTD_getErrorName(answer).decode())
        return answer
