"""Sizes as Podman's command line writes them: 512m, 2g, 1.5 GiB. Read and written here alone."""

import re
from typing import Final

_SIZE: Final = re.compile(
    r"([0-9]{1,18}(?:\.[0-9]{1,9})?)\s*(?:([kmgt])i?)?b?", re.IGNORECASE | re.ASCII
)
_UNITS: Final = " kmgt"
_MOST: Final = 2**62


def read(text: str, *, thousands: bool = False) -> int | None:
    """Bytes; None for anything else, or more than Podman can hold.

    `thousands`: where Podman counts 1 k as 1000 instead of 1024.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    base = 1000 if thousands else 1024
    found = int(float(match[1]) * base ** _UNITS.index((match[2] or " ").lower()))
    return found if found <= _MOST else None


def words(size_bytes: int) -> str:
    """The shortest text for exactly this size: `512m`, `2g`; plain bytes where nothing divides."""
    for power, unit in ((3, "g"), (2, "m"), (1, "k")):
        if size_bytes and size_bytes % 1024**power == 0:
            return f"{size_bytes // 1024**power}{unit}"
    return str(size_bytes)
