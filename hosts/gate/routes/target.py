"""The path and query of a request, read as Podman reads them; what could be read in two ways is refused."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from hosts.gate.routes.table import TO, Dialect, Route, Table

_TARGET: Final = re.compile(r"/[!-\"$-~]*")
_BAD_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_VERSION: Final = re.compile(r"v\d{1,3}(?:\.\d{1,3}){0,2}")
_PARAMETER: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NOT_PLAIN: Final = "The path has to begin with a slash, and is plain ASCII."
_NO_REQUEST: Final = (
    "The path names a host, and then what is asked of it: /HOST/v1.41/containers/json."
)


class BadTarget(Exception):
    """Nobody can say for sure what is asked for; the text is for the client. 400."""


class NotOpen(Exception):
    """No route of the table; the text is for the client and the log. 403."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a request asks for. `version`: with its v, or "". `name`: of the object, as the client calls it.
    `to`: a second name in the path. `query`: by names in lower case.
    """

    route: Route
    dialect: Dialect
    version: str
    name: str
    query: dict[str, list[str]]
    to: str = ""

    def one(self, name: str) -> str:
        """The value of a parameter that stands once, "" without it."""
        return next(iter(self.query.get(name, [])), "")

    def ticked(self, name: str) -> bool:
        """True where Podman would take the parameter for true."""
        return self.one(name).lower() in ("1", "t", "true", "on")

    @property
    def plain_inspect(self) -> bool:
        """True where Podman is asked for all that it knows of one object, and nothing that costs it more."""
        route = self.route
        plain = route.method == "GET" and route.path == f"/{route.kind}s/{{{route.kind}}}/json"
        extra = self.query.keys() - {"size"} or self.one("size") not in ("", "0", "false")
        # a manifest that is not there Podman would ask registries for
        local = route.kind != "manifest"
        return plain and local and self.dialect is Dialect.LIBPOD and not extra

    def rebuilt(self, known_as: str, query: dict[str, list[str]] | None = None) -> str:
        """The path and query that are sent on. `known_as`: what the host calls the object."""
        prefix = f"/{self.version}" if self.version else ""
        if self.dialect is Dialect.LIBPOD:
            prefix += "/libpod"
        names = {part: known_as for part in self.route.parts if part.startswith("{")}
        names[TO] = self.to
        parts = [quote(names.get(part, part), safe="") for part in self.route.parts]
        given = self.query if query is None else query
        if self.route.named:
            given = {**given, self.route.named: [known_as]}
        spelled = self.route.query
        pairs = [(spelled[name], value) for name, values in given.items() for value in values]
        return "/".join([prefix, *parts]) + (f"?{urlencode(pairs)}" if pairs else "")


def split(table: Table, target: str) -> tuple[str, str]:
    """(the place of an endpoint, what is asked for there) of /HOST[/USER]/…, where no host stands before.
    What the API's own paths begin with is no account. BadTarget.
    """
    path, mark, query = target.partition("?")
    if not _TARGET.fullmatch(target):
        raise BadTarget(_NOT_PLAIN)
    first, *rest = path.split("/")[1:]
    named = [first]
    if rest and not _VERSION.fullmatch(rest[0]) and rest[0] not in table.beginnings:
        named.append(rest.pop(0))
    if not rest:
        raise BadTarget(_NO_REQUEST)
    place = _parts("/" + "/".join(named))
    if any("/" in part for part in place):
        raise BadTarget("There is a slash (%2F) where a name has none.")
    return "/" + "/".join(place), "/" + "/".join(rest) + mark + query


def read(table: Table, method: str, target: str) -> Request:
    """What is asked for. BadTarget, NotOpen."""
    if not _TARGET.fullmatch(target):
        raise BadTarget(_NOT_PLAIN)
    path, _mark, query = target.partition("?")
    parts = _parts(path)
    version = parts.pop(0) if _VERSION.fullmatch(parts[0]) else ""
    dialect = Dialect.DOCKER
    # without a version Podman knows one path below /libpod
    if parts[:1] == ["libpod"] and (version or parts[1:] == ["_ping"]):
        dialect = Dialect.LIBPOD
        parts = parts[1:]
    given = {name.lower() for name, _value in parse_qsl(query, keep_blank_values=True)}
    found = table.find(dialect, method, parts, given)
    if found is None:
        raise NotOpen(f"{method} {path[:100]} is not open to clients.")
    route, names = found
    name, to = [*names, "", ""][:2]
    if "/" in name and not route.slashed:
        raise BadTarget("There is a slash (%2F) where a name has none.")
    asked = _query(route, query)
    if route.named:
        name = next(iter(asked.get(route.named, [])), "")
    return Request(route, dialect, version, name, asked, to)


def _parts(path: str) -> list[str]:
    if _BAD_PERCENT.search(path):
        raise BadTarget("The path has a broken escape (%).")
    encoded = path.split("/")[1:]
    try:
        decoded = [unquote(part, errors="strict") for part in encoded]
    except UnicodeDecodeError as exc:
        raise BadTarget("The path is not UTF-8.") from exc
    for part in decoded:
        # a push says so to which kind of place it goes
        name = part.removeprefix("docker://") if "registry" in decoded else part
        if "%" in part:
            raise BadTarget("The path is escaped twice.")
        if any(inner in ("", ".", "..") for inner in name.split("/")):
            raise BadTarget("The path has an empty part, . or ..")
        if not part.isprintable() or "\\" in part:
            raise BadTarget("The path has control characters or backslashes.")
    return decoded


def _query(route: Route, query: str) -> dict[str, list[str]]:
    if _BAD_PERCENT.search(query):
        raise BadTarget("The query has a broken escape (%).")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as exc:
        raise BadTarget("The query is not UTF-8.") from exc
    found: dict[str, list[str]] = {}
    for spelled, value in pairs:
        # Podman takes names in any case
        name = spelled.lower()
        if not _PARAMETER.fullmatch(spelled) or name not in route.query:
            raise NotOpen(f"The parameter {spelled[:40]!r} is not open to clients here.")
        if name in found and name not in route.lists:
            # Podman's own client sends some in two spellings
            if found[name] == [value]:
                continue
            raise BadTarget(f"The parameter {name!r} stands there twice.")
        if "\0" in value:
            raise BadTarget(f"The parameter {name!r} has a zero byte.")
        if route.query[name]:
            found.setdefault(name, []).append(value)
    return found
