"""The few commands that clients send over SSH in place of a socket's path. Nothing is ever run."""

import json
import shlex
from dataclasses import dataclass
from typing import Final, Literal

from hosts.gate.sessions.places import path_of
from hosts.models import Endpoint

Kind = Literal["dial", "path", "info"]
_HOST_OPTIONS: Final = ("--host", "-H", "--url")
# what podman --remote asks for when its address has no path, and `podman system connection add`
_PATH_FORMATS: Final = ("{{.Host.RemoteSocket.Path}}", "{{ .Host.RemoteSocket.Path }}")
_LONGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class Command:
    """`dial`: the socket at `path` on standard input and output. `path` and `info`: its path is asked for,
    alone or as JSON.
    """

    kind: Kind
    path: str = ""


def read(command: str | None) -> Command | None:
    """The command; None where it is none of those."""
    if command is None or len(command) > _LONGEST:
        return None
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    program = words[0].rpartition("/")[2] if words else ""
    if program not in ("docker", "podman"):
        return None
    rest, path = _without_host(words[1:])
    if rest == ["system", "dial-stdio"] and path is not None:
        return Command("dial", path)
    if program == "podman" and rest[:1] == ["info"]:
        return _info(rest[1:])
    return None


def answer(command: Command, endpoint: Endpoint) -> str:
    """What `podman info` says of the socket there: a path that leads to this endpoint again."""
    if command.kind == "path":
        return path_of(endpoint) + "\n"
    socket = {"path": path_of(endpoint), "exists": True}
    return json.dumps({"host": {"remoteSocket": socket, "serviceIsRemote": True}}) + "\n"


def _without_host(words: list[str]) -> tuple[list[str], str | None]:
    """(the other words, the socket's path); None where the address is no unix socket."""
    rest, address = [], "unix://"
    given = iter(words)
    for word in given:
        option, equals, value = word.partition("=")
        if option in _HOST_OPTIONS:
            address = value if equals else next(given, "")
        else:
            rest.append(word)
    if not address.startswith("unix://"):
        return rest, None
    return rest, address.removeprefix("unix://")


def _info(words: list[str]) -> Command | None:
    # --format X, --format=X, -f X
    text = " ".join(words)
    for option in ("--format=", "--format ", "-f "):
        if text.startswith(option):
            asked = text.removeprefix(option)
            if asked in _PATH_FORMATS:
                return Command("path")
            return Command("info") if asked == "json" else None
    return None
