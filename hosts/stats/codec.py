"""Packs series of whole numbers: a table of (metric, series, time) in about a byte a value.

A value becomes a code of 16 bits; code 0 is "no value". A code is within 0.2 % of its value, and
exact up to 511 and for round binary sizes. Codes become differences along time; zlib does the rest.
"""

import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

_HEAD: Final = struct.Struct("<BBHH")
_VERSION: Final = 1
_LEVEL: Final = 6
_HALF: Final = 256
_EXACT: Final = 2 * _HALF
_MOST: Final = 2**63
MOST_COLUMNS: Final = 4096
# the most that a chunk unpacks to: its bytes come from a database
_MOST_BYTES: Final = 64 * 1024 * 1024


class DamagedTable(ValueError):
    """These bytes are no table of ours."""


def code(value: int) -> int:
    """The code of a value of 0 … 2⁶³: it rises with the value, rounded to nine significant bits."""
    if value < _EXACT:
        return value + 1 if value > 0 else 1
    value = min(value, _MOST)
    shift = value.bit_length() - 9
    return (shift << 8) + ((value + (1 << shift - 1)) >> shift) + 1


def _value(number: int) -> int:
    if number <= _EXACT:
        return number - 1
    shift = ((number - 1) >> 8) - 1
    return ((number - 1) - (shift << 8)) << shift


# code to value; None where there is none
VALUES: Final[list[int | None]] = [None, *(_value(number) for number in range(1, code(_MOST) + 1))]


@dataclass(frozen=True, slots=True)
class Table:
    """An unpacked table. `times`: seconds, rising. Codes lie metric by metric, series by series."""

    times: list[int]
    metrics: int
    series: int
    # planes: all low bytes, then all high bytes. One series is read, so they are never joined
    _firsts: bytes
    _steps: bytes

    def codes(self, metric: int, series: int) -> list[int]:
        """The codes of one series, one for each time."""
        run = metric * self.series + series
        first = self._firsts[run] | self._firsts[len(self._firsts) // 2 + run] << 8
        length = len(self.times) - 1
        at, half = run * length, len(self._steps) // 2
        planes = zip(  # both are as long as the table
            self._steps[at : at + length], self._steps[half + at : half + at + length], strict=True
        )
        back = ((low >> 1 | high << 7) ^ -(low & 1) for low, high in planes)
        return [number & 0xFFFF for number in accumulate(back, initial=first)]

    def values(self, metric: int, series: int) -> list[int | None]:
        """The values of one series; None where there was no sample."""
        try:
            return [VALUES[number] for number in self.codes(metric, series)]
        except IndexError as exc:
            raise DamagedTable("a code beyond the last") from exc


def pack(times: Sequence[int], *, metrics: int, series: Sequence["array[int]"]) -> bytes:
    """Pack codes: each of `series` holds, time by time, one code per metric.

    Raises ValueError where a series has another length.
    """
    columns = len(times)
    if not 0 < columns <= MOST_COLUMNS or any(len(one) != columns * metrics for one in series):
        raise ValueError("series and times do not fit together")
    firsts: array[int] = array("H")
    steps: array[int] = array("H")
    for metric in range(metrics):
        for one in series:
            run = one[metric::metrics]
            firsts.append(run[0])
            # zigzag of the difference within 16 bits: small differences of either sign stay small
            steps.extend(
                [
                    ((d << 1) ^ (d >> 15)) & 0xFFFF
                    for d in ((b - a + 0x8000 & 0xFFFF) - 0x8000 for a, b in zip(run, run[1:]))  # noqa: B905, RUF007
                ]
            )
    raw = array("I", times).tobytes() + _planes(firsts) + _planes(steps)
    return _HEAD.pack(_VERSION, metrics, len(series), columns) + zlib.compress(raw, _LEVEL)


def unpack(blob: bytes) -> Table:
    """The table in `blob`. Raises DamagedTable."""
    try:
        version, metrics, series, columns = _HEAD.unpack_from(blob)
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(memoryview(blob)[_HEAD.size :], _MOST_BYTES)
    except (struct.error, zlib.error) as exc:
        raise DamagedTable(str(exc)) from exc
    runs = metrics * series
    ends = (4 * columns, 4 * columns + 2 * runs, 4 * columns + 2 * runs * columns)
    if version != _VERSION or columns == 0 or len(raw) != ends[2]:
        raise DamagedTable("another form or length")
    times = array("I")
    times.frombytes(raw[: ends[0]])
    return Table(list(times), metrics, series, raw[ends[0] : ends[1]], raw[ends[1] :])


def _planes(numbers: "array[int]") -> bytes:
    """Low bytes, then high bytes: similar bytes side by side compress better."""
    raw = numbers.tobytes()
    low = 0 if sys.byteorder == "little" else 1
    return raw[low::2] + raw[1 - low :: 2]


def place_of(keys: bytes, key: bytes) -> int | None:
    """The index of `key` in a chunk's `keys`, which are joined; None: it is not there."""
    size = len(key)
    at = keys.find(key)
    while at >= 0:
        if at % size == 0:
            return at // size
        at = keys.find(key, at + 1)
    return None
