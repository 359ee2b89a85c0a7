"""Which of Podman's routes are open at the gate, and why the others are not, by method and path with {}."""

from functools import cache
from pathlib import Path

from hosts.gate.doors.serve import TABLE
from hosts.gate.routes.table import Dialect, Route
from tests.podman_routes import LIBPOD, shape

_PREFIX = {Dialect.LIBPOD: LIBPOD, Dialect.DOCKER: ""}


@cache
def closed_routes() -> dict[tuple[str, str], str]:
    """Why each that is closed is so, by closed_routes.txt."""
    found: dict[tuple[str, str], str] = {}
    why = ""
    for line in Path(__file__).with_name("closed_routes.txt").read_text().splitlines():
        if line.startswith(" "):
            method, path = line.split()
            found[method, shape(path)] = why
        else:
            why = line
    return found


@cache
def open_routes() -> dict[tuple[str, str], Route]:
    """Those of the gate's table."""
    return {
        (route.method, _PREFIX[dialect] + shape(route.path)): route
        for route in TABLE.routes
        for dialect in route.dialects
    }
