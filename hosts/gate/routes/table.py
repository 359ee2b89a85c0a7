"""Which of Podman's routes clients may use, in both of its dialects. What is not here is refused.

A route says what it takes (a verb of hosts' cards), where the object stands, which parameters may be
sent on, and how the answer is looked at. The tables are data: reads, changes, objects, images.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final


class Dialect(StrEnum):
    """Podman's own API, and the one that Docker's clients speak."""

    LIBPOD = "libpod"
    DOCKER = "docker"


BOTH: Final = (Dialect.LIBPOD, Dialect.DOCKER)
LIBPOD: Final = (Dialect.LIBPOD,)
DOCKER: Final = (Dialect.DOCKER,)
NEW: Final = "{new}"
TO: Final = "{to}"
_REFERENCES: Final = ("artifact", "image", "manifest")


class Answer(StrEnum):
    """How the answer goes on to the client."""

    # as it comes: what may be seen was decided before
    PASSES = "passes"
    # JSON, read whole and cut to what the person may see
    CUT = "cut"
    # JSON values one after the other, for as long as the client listens; each is cut
    LINES = "lines"
    # the connection becomes a terminal
    UPGRADE = "upgrade"


class Takes(StrEnum):
    """What stands in the body of a request."""

    NOTHING = "nothing"
    # JSON, small, read whole and judged
    JSON = "json"
    # a tar, judged while it passes
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Route:
    """`path` with the kinds of objects in it: /containers/{container}/json; {exec} is an exec's id, {new} a
    name that nothing has yet, and {to} a second name.
    `verb`: of hosts' cards, "" for what comes with seeing the host. `cut`: how an answer is cut, by its
    name in `cuts`. `query`: parameters as Podman spells them, by their names in lower case; `lists`: those
    that may stand several times. One spelled "" is not sent on. `named`: the one that names the object, by
    the object's kind. `only_with`: the one that tells this route from another of the same path.
    """

    dialects: tuple[Dialect, ...]
    method: str
    path: str
    verb: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    answer: Answer = Answer.PASSES
    cut: str = ""
    takes: Takes = Takes.NOTHING
    # it does something: intent and outcome in the log
    changes: bool = False
    named: str = ""
    only_with: str = ""

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Of the path, between its slashes."""
        return tuple(self.path.split("/")[1:])

    @cached_property
    def kind(self) -> str:
        """Of the object in the path; "" where there is none."""
        kinds = (part[1:-1] for part in self.parts if part.startswith("{") and part != NEW)
        return next(kinds, self.named)

    @property
    def slashed(self) -> bool:
        """True where the name in the path is a reference, which has slashes."""
        return self.kind in _REFERENCES or NEW in self.parts


def table(
    lines: str,
    dialects: tuple[Dialect, ...],
    *,
    answer: Answer = Answer.PASSES,
    takes: Takes = Takes.NOTHING,
    changes: bool = False,
) -> Iterator[Route]:
    """Routes from a text, one a line: METHOD path verb [parameter …] [=cut]. A verb of - is none;
    a parameter with * may stand several times, one with ! is taken from clients and not sent on, one in
    braces names the object, and one with + is there whenever this route is meant.
    """
    for line in filter(None, map(str.strip, lines.splitlines())):
        method, path, verb, *words = line.split()
        cut = next((word[1:] for word in words if word.startswith("=")), "")
        named = next((word[1:-1] for word in words if word.startswith("{")), "")
        only_with = next((word[1:].lower() for word in words if word.startswith("+")), "")
        names = [word.strip("{}+") for word in words if not word.startswith("=")]
        yield Route(
            dialects,
            method,
            path,
            "" if verb == "-" else verb,
            {name.strip("*!").lower(): "" if "!" in name else name.rstrip("*") for name in names},
            frozenset(name.strip("*!").lower() for name in names if "*" in name),
            Answer.CUT if cut and answer is Answer.PASSES else answer,
            cut,
            takes,
            changes,
            named,
            only_with,
        )


class Table:
    """Routes by dialect and method, found by a path whose parts are decoded."""

    def __init__(self, routes: Iterable[Route]) -> None:
        # what is spelled out counts before what stands for any name
        by_name = sorted(routes, key=lambda route: (route.path.count("{"), not route.only_with))
        self.routes = tuple(by_name)
        # what a path without a version begins with
        self.beginnings = {Dialect.LIBPOD.value, *(route.parts[0] for route in self.routes)}
        self._by: dict[tuple[Dialect, str], list[Route]] = {}
        for route in self.routes:
            for dialect in route.dialects:
                self._by.setdefault((dialect, route.method), []).append(route)

    def find(
        self, dialect: Dialect, method: str, parts: list[str], given: Container[str] = ()
    ) -> tuple[Route, list[str]] | None:
        """The route, and the names in the path, of which the first stands for its object. `given`: names of
        parameters, in lower case.
        """
        for route in self._by.get((dialect, method), []):
            if route.only_with and route.only_with not in given:
                continue
            names = _matched(route, parts)
            if names is not None:
                return route, names
        return None


def _matched(route: Route, parts: list[str]) -> list[str] | None:
    """The names in the path; None where it is another. An image's has slashes, each
    its own part unless the client has encoded it.
    """
    wanted = route.parts
    if route.kind == "image" and len(parts) > len(wanted):
        at = wanted.index("{image}")
        behind = len(wanted) - at - 1
        end = len(parts) - behind
        parts = [*parts[:at], "/".join(parts[at:end]), *parts[end:]]
    if len(parts) != len(wanted):
        return None
    names = []
    for part, want in zip(parts, wanted, strict=True):
        if want.startswith("{"):
            names.append(part)
        elif part != want:
            return None
    return names
