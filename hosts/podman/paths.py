"""Paths and queries as Podman's router takes them. All that a person typed is quoted here."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from hosts.podman.errors import BadRequest

# Podman 4.x to 6.x accept it; it only chooses shapes (measured).
LIBPOD: Final = "/v5.0.0/libpod"
# Docker's half of the API, for what libpod's lacks.
COMPAT: Final = "/v1.41"

Param = str | int | bool | datetime | Sequence[str] | Mapping[str, Any] | None
Params = Mapping[str, Param]
Filters = Mapping[str, Sequence[str]]


def path(*segments: str, prefix: str = LIBPOD) -> str:
    """Join segments, each quoted whole (a slash becomes %2F).

    Raises BadRequest for what could leave its segment: empty, `.`, `..`, control characters.
    """
    return "/".join([prefix, *map(_segment, segments)])


def _segment(text: str) -> str:
    if text in ("", ".", "..") or any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise BadRequest(f"Not a name that can be sent to Podman: {text!r}")
    return quote(text, safe="")


def with_query(target: str, params: Params | None = None) -> str:
    """`target` (from `path`) with its query. None is left out; a mapping becomes JSON."""
    pairs: list[tuple[str, str]] = []
    for name, value in (params or {}).items():
        if value is None:
            continue
        if isinstance(value, Sequence) and not isinstance(value, str):
            pairs += [(name, item) for item in value]
        else:
            pairs.append((name, _value(value)))
    return f"{target}?{urlencode(pairs)}" if pairs else target


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Mapping):
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def moment(when: datetime) -> str:
    """An aware time as Podman's `since` and `until` parse it (RFC 3339 with microseconds)."""
    if when.tzinfo is None:
        raise BadRequest("A time without its zone cannot be sent to Podman.")
    return when.isoformat()
