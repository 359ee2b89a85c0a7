"""The calls of libpod's API, and which of them a request was."""

import re
from functools import cache
from urllib.parse import urlsplit

from tests.podman_routes import LIBPOD, every_route

NEWEST = "5.8"
_PARAMETER = re.compile(r"\{[^}]*\}")
_LIBPOD = re.compile(r"^/v\d+(?:\.\d+)*/libpod(?=/)")


@cache
def every_call() -> tuple[str, ...]:
    """All of 5.8, as `GET /containers/{name}/json`: without version and `/libpod`."""
    return _calls_of(NEWEST)


@cache
def calls_of(version: str) -> frozenset[str]:
    """Those that Podman "5.4" or "5.8" has."""
    return frozenset(_calls_of(version))


def _calls_of(version: str) -> tuple[str, ...]:
    return tuple(
        f"{route.method} {route.path.removeprefix(LIBPOD)}"
        for route in every_route()
        if route.path.startswith(LIBPOD) and route.is_in(version)
    )


def call_of(method: str, target: str) -> str | None:
    """The call that a request line was, as in `every_call`; of Docker's half as it was sent, without
    its query. None for what libpod does not have.
    """
    path = urlsplit(target).path
    inside = _LIBPOD.sub("", path)
    if inside != path or path == "/_ping":
        for call, pattern in _patterns():
            if call.startswith(f"{method} ") and pattern.fullmatch(inside):
                return call
        return None
    return f"{method} {path}"


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Those with the most of their own first: names may hold slashes, as in Podman's router."""
    calls = sorted(every_call(), key=lambda call: -len(_PARAMETER.sub("", call)))
    return tuple((call, _pattern(call.partition(" ")[2])) for call in calls)


def _pattern(path: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in _PARAMETER.split(path)]
    return re.compile(".+".join(parts))
