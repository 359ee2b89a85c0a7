"""Commands in containers: what is said of them is read anew, and a privileged one is not open to clients."""

from typing import Any, Final

from hosts.gate.routes.replies import Refused
from hosts.gate.routes.values import json_object
from hosts.guardrails.reader import Reader

PRIVILEGED: Final = "A privileged exec is not open to clients: it is root on the host."
_CREATE: Final = {
    "AttachStdin": bool,
    "AttachStdout": bool,
    "AttachStderr": bool,
    "Cmd": list,
    "DetachKeys": str,
    "Env": list,
    "Privileged": bool,
    "Tty": bool,
    "User": str,
    "WorkingDir": str,
}
# of Docker's clients; Podman does not read them
_CREATE_UNREAD: Final = frozenset({"ConsoleSize", "Container", "Detach"})
_START: Final = {"Detach": bool, "Tty": bool, "h": int, "w": int}
_REMOVAL: Final[dict[str, type]] = {"Force": bool}
_START_UNREAD: Final = frozenset({"ConsoleSize"})


def creation(body: bytes) -> dict[str, Any]:
    """What an exec is made from. Refused where it says more. Privileged or not is for the caller, who knows
    the container and so what the log says.
    """
    return _read(body, _CREATE, _CREATE_UNREAD)


def start(body: bytes) -> dict[str, Any]:
    """How an exec is started; an empty body is one too."""
    return _read(body, _START, _START_UNREAD) if body.strip() else {}


def removal(body: bytes) -> dict[str, Any]:
    """How an exec is forgotten."""
    return _read(body, _REMOVAL, frozenset()) if body.strip() else {}


def _read(body: bytes, known: dict[str, type], unread: frozenset[str]) -> dict[str, Any]:
    reader = Reader()
    found = reader.mapping(json_object(body), (*known, *unread), "")
    for name, kind in known.items():
        if name in found and not _is(kind, found[name]):
            reader.add_unknown(name)
    if reader.unknown:
        raise Refused(400, f"Not understood: {', '.join(reader.unknown[:9])}.")
    return {name: value for name, value in found.items() if name in known}


def _is(kind: type, value: Any) -> bool:
    if isinstance(value, list):
        return kind is list and all(isinstance(one, str) for one in value)
    # true is a number to Python
    return isinstance(value, kind) and isinstance(value, bool) is (kind is bool)
