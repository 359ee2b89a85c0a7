"""Every HTTP route of the resolver as an address that can be asked for. A new route is found by itself."""

import re
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver

SAMPLES = {"int": "1", "str": "sample", "slug": "sample", "path": "a/b", "uuid": "0" * 8}
_PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Route:
    """`pattern` as urls.py says it, `path` with a sample in each of its parts."""

    pattern: str
    path: str


# the door for programs: they come with tokens, and a session counts for nothing there
API = "/api/v1/"
PROGRAMS = (API, "/api/mcp")


def every_route() -> list[Route]:
    """All routes but those for programs, in the resolver's order."""
    return [route for route in _all() if not route.pattern.startswith(PROGRAMS)]


def api_routes() -> list[Route]:
    """Those of the API. Its root is an address of Django Ninja's own, where nothing is."""
    return [
        route for route in _all() if route.pattern.startswith(PROGRAMS) and route.pattern != API
    ]


def _all() -> list[Route]:
    found: list[Route] = []
    _walk(get_resolver().url_patterns, "", found)
    assert len(found) > 30
    return found


def _walk(patterns: Any, before: str, found: list[Route]) -> None:
    for entry in patterns:
        whole = before + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            _walk(entry.url_patterns, whole, found)
        else:
            path = _PART.sub(lambda part: SAMPLES[part["kind"] or "str"], whole)
            found.append(Route(f"/{whole}", f"/{path}"))
