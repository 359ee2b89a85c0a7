"""Reads podman-connections.json, containers.conf and Docker contexts into a plan of hosts to add.

Nothing is looked up or dialled, and no password of a file is kept. A key that a file names is a hint.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote

from django.utils.translation import gettext as _

from hosts.actions.hosts.host_address import HostAddress, parse_address
from hosts.guardrails.reader import refuse_duplicate_keys
from hosts.refusals import FieldRefusal, Refusal

LIMIT_BYTES: Final = 512 * 1024
MOST: Final = 1000
# tomllib needs the square of the number of parts of a key, and only it knows what is quoted
_MOST_DOTS: Final = 64
# one object of JSON, or a list of some; a table of TOML begins with a bracket too
_JSON: Final = re.compile(r"\s*(?:\{|\[\s*[{\]])")
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME, _LONGEST_TEXT = 60, 400
# a connection's name to the groups that it is in, in the file's order
_Groups = dict[str, dict[str, None]]


@dataclass(frozen=True, slots=True)
class PlannedHost:
    """An account on a host that a connection leads to. `identity`: the key that the file names. `password`:
    its address held one, which is dropped.
    """

    connection: str
    where: HostAddress
    groups: tuple[str, ...] = ()
    identity: str = ""
    password: bool = False

    @property
    def uri(self) -> str:
        """Its address as a person may type it, without a password."""
        where = self.where
        bare = f"[{where.address}]" if ":" in where.address else where.address
        port = f":{where.port}" if where.port else ""
        return f"ssh://{quote(where.user or 'root')}@{bare}{port}{quote(where.socket)}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A connection that leads to no host that can be added, and why."""

    connection: str
    why: str


@dataclass(frozen=True)
class HostPlan:
    """What a file holds, in its order."""

    hosts: list[PlannedHost] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A connection as it stands in a file. `uri` and `identity` may be of any type."""

    name: str
    uri: Any
    identity: Any = ""
    machine: bool = False


def read(content: str | bytes) -> HostPlan:
    """The plan of a file. FieldRefusal("connections", …) where it is none of these files."""
    text = _text(content)
    if _JSON.match(text):
        entries, groups = _from_json(_parsed(text, "JSON"))
    else:
        entries, groups = _from_toml(_parsed(text, "TOML"))
    if not entries:
        raise _refused(_("There are no connections in this file."))
    if len(entries) > MOST:
        raise _refused(_("This file has more than %d connections: split it.") % MOST)
    plan = HostPlan()
    for entry in entries:
        try:
            planned = _planned(entry)
        except FieldRefusal as refused:
            plan.left_out.append(LeftOut(_shown(entry.name), str(refused)))
            continue
        plan.hosts.append(replace(planned, groups=tuple(groups.get(entry.name, ()))))
    return plan


def _refused(words: str) -> FieldRefusal:
    return FieldRefusal("connections", words)


def _text(content: str | bytes) -> str:
    if len(content) > LIMIT_BYTES:
        raise _refused(_("This file is larger than %d KiB.") % (LIMIT_BYTES // 1024))
    if isinstance(content, bytes):
        try:
            content = content.decode()
        except UnicodeDecodeError as exc:
            words = _("This is no text file. Of Docker, give what “docker context inspect” prints.")
            raise _refused(words) from exc
    text = content.removeprefix("\ufeff").replace("\r\n", "\n")
    if not text.strip():
        raise _refused(_("Paste connections, or choose a file."))
    return text


def _parsed(text: str, kind: str) -> Any:
    """Its content. FieldRefusal, which quotes nothing of the text: it may hold a password."""
    try:
        if kind == "JSON":
            return json.loads(text, object_pairs_hook=refuse_duplicate_keys)
        for number, line in enumerate(text.split("\n"), 1):
            if line.count(".") > _MOST_DOTS:
                words = _("Line %(number)d has more than %(most)d dots: it is nested too deep.")
                raise _refused(words % {"number": number, "most": _MOST_DOTS})
        return tomllib.loads(text)
    except json.JSONDecodeError as exc:
        words = _("This is not valid JSON: line %(line)d, column %(column)d.")
        raise _refused(words % {"line": exc.lineno, "column": exc.colno}) from exc
    except tomllib.TOMLDecodeError as exc:
        words = _(
            "This is none of podman-connections.json, containers.conf and a Docker context’s "
            "meta.json%(where)s."
        )
        where = re.search(r"at line \d+, column \d+", str(exc))
        raise _refused(words % {"where": f" ({where[0]})" if where else ""}) from exc
    except RecursionError as exc:
        raise _refused(_("It is nested too deep.")) from exc
    except FieldRefusal:
        raise
    except Refusal as twice:
        raise _refused(_shown(str(twice))) from twice
    except ValueError as exc:
        # a number of thousands of digits
        raise _refused(_("This file holds a value that cannot be read.")) from exc


def _from_json(found: Any) -> tuple[list[_Entry], _Groups]:
    contexts = found if isinstance(found, list) else [found]
    if any(isinstance(one, dict) and "Endpoints" in one for one in contexts):
        return [_context(one) for one in contexts], {}
    connection = _mapping(_mapping(found, "").get("Connection"), "Connection")
    entries = [
        _Entry(name, one.get("URI"), one.get("Identity"), one.get("IsMachine") is True)
        for name, one in _rows(connection.get("Connections"), "Connections")
    ]
    return entries, _farms(_mapping(found["Farm"], "Farm").get("List") if "Farm" in found else None)


def _context(found: Any) -> _Entry:
    """A context of Docker's: its meta.json, or one of `docker context inspect`."""
    one = _mapping(found, "Docker context")
    docker = _mapping(_mapping(one.get("Endpoints"), "Endpoints").get("docker"), "docker")
    name = one.get("Name")
    return _Entry(name if isinstance(name, str) else "", docker.get("Host"))


def _from_toml(found: Any) -> tuple[list[_Entry], _Groups]:
    engine = _mapping(found.get("engine"), "engine")
    entries = [
        _Entry(name, one.get("uri"), one.get("identity"), one.get("is_machine") is True)
        for name, one in _rows(engine.get("service_destinations"), "engine.service_destinations")
    ]
    # containers.conf has them as [farms.list]
    return entries, _farms(_mapping(found.get("farms"), "farms").get("list"))


def _mapping(found: Any, where: str) -> dict[str, Any]:
    """None counts as empty."""
    if found is None:
        return {}
    if not isinstance(found, dict):
        words = _("“%s” is of another type than in such a file.") % where
        raise _refused(words if where else _("There are no connections in this file."))
    return found


def _rows(found: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, row in _mapping(found, where).items():
        yield name, _mapping(row, f"{where}.{_shown(name)}")


def _farms(found: Any) -> _Groups:
    """The farms, as names that groups may have."""
    groups: _Groups = {}
    farms = _mapping(found, "farms")
    if len(farms) > MOST:
        raise _refused(_("This file has more than %d farms: split it.") % MOST)
    for name, members in farms.items():
        if not isinstance(members, list):
            raise _refused(_("The farm “%s” is no list of connections.") % _shown(name))
        if group := _NO_NAME.sub("-", name)[:_LONGEST_NAME].strip("-"):
            for member in members:
                if isinstance(member, str):
                    groups.setdefault(member, {})[group] = None
    return groups


def _planned(entry: _Entry) -> PlannedHost:
    """FieldRefusal says why it cannot be added."""
    if entry.machine:
        raise _refused(_("It is a Podman machine on somebody’s own computer."))
    if not isinstance(entry.uri, str) or not entry.uri:
        raise _refused(_("It has no address."))
    if len(entry.uri) > _LONGEST_TEXT or not entry.uri.isprintable():
        raise _refused(_("Its address is too long, or contains control characters."))
    uri, password = _without_password(entry.uri)
    identity = _shown(entry.identity) if isinstance(entry.identity, str) else ""
    where = parse_address(uri)
    return PlannedHost(_shown(entry.name), where, identity=identity, password=password)


def _without_password(uri: str) -> tuple[str, bool]:
    """(the address without it, whether there was one). FieldRefusal where that cannot be told."""
    scheme, marked, rest = uri.partition("://")
    if not marked:
        scheme, rest = "", uri
    authority, slash, path = rest.partition("/")
    if "@" in path:
        raise _refused(_("Its address cannot be read: there is an @ after the host."))
    user, at, place = authority.rpartition("@")
    name, colon, _password = user.partition(":")
    return f"{scheme}{marked}{name}{at}{place}{slash}{path}", bool(colon)


def _shown(text: str) -> str:
    return "".join(letter for letter in text[:_LONGEST_TEXT] if letter.isprintable())
