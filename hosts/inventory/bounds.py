"""Makes values from a host safe to store: no type, length or range is trusted.

Wrong types become empty values. Nothing raises, so that one odd object cannot hide the others.
"""

import math
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")
MAX_INTEGER = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Podman's "never": Go's zero time, also as seconds since 1970
_FIRST_YEAR = 1980


class BoundedDict(OrderedDict[Key, Value]):
    """Keeps the `most` entries that were written last: a host must not fill our memory."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)


def text(value: Any, *, limit: int) -> str:
    """At most `limit` characters; NUL and half surrogates, which no database stores, are replaced."""
    if not isinstance(value, str):
        return ""
    cut = value[:limit]
    if "\x00" in cut:
        cut = cut.replace("\x00", "\ufffd")
    if not cut.isascii():
        cut = cut.encode("utf-8", "replace").decode("utf-8")
    return cut


def integer(value: Any, *, low: int = 0, high: int = MAX_INTEGER) -> int:
    """A whole number within [low, high]; anything else is `low`, at least 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return max(low, 0)
    return max(low, min(high, int(value)))


def flag(value: Any) -> bool:
    """True only for a JSON true."""
    return value is True


def items(value: Any, *, count: int) -> list[Any]:
    """At most `count` entries of a list; empty for anything else."""
    return value[:count] if isinstance(value, list) else []


def texts(value: Any, *, count: int, limit: int) -> list[str]:
    """The texts in a list; other entries are left out."""
    return [text(one, limit=limit) for one in items(value, count=count) if isinstance(one, str)]


def mapping(value: Any, *, count: int = 100, limit: int = 1000) -> dict[str, str]:
    """At most `count` text pairs of an object, keys up to 200 characters."""
    if not isinstance(value, dict):
        return {}
    pairs = ((k, v) for k, v in value.items() if isinstance(k, str) and isinstance(v, str))
    return {
        text(key, limit=200): text(one, limit=limit)
        for (key, one), _ in zip(pairs, range(count), strict=False)
    }


def moment(value: Any) -> datetime | None:
    """RFC 3339 (with nanoseconds, as Go writes it) or seconds since 1970; None for never."""
    found: datetime | None = None
    if isinstance(value, str):
        found = _rfc3339(value)
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        try:
            found = _EPOCH + timedelta(seconds=value)
        except OverflowError:
            return None
    if found is None or not _FIRST_YEAR <= found.year < 9999:
        return None
    return found


def _rfc3339(value: str) -> datetime | None:
    if len(value) > 64:
        return None
    head, dot, rest = value.partition(".")
    if dot:
        # datetime knows microseconds, Go writes up to nine digits
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        head = f"{head}.{digits[:6].ljust(6, '0')}{rest[len(digits) :]}"
    try:
        found = datetime.fromisoformat(head)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
