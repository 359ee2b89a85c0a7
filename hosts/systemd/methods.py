"""Which calls may go to a host's bus. What is not here is not sent, whoever asks.

systemd's bus is root on the host: it starts transient units, sets environments and powers off.
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Final

from hosts.systemd.errors import NotPermitted

BUS: Final = "org.freedesktop.DBus"
SYSTEMD: Final = "org.freedesktop.systemd1"
MANAGER: Final = f"{SYSTEMD}.Manager"
PROPERTIES: Final = f"{BUS}.Properties"
BUS_PATH: Final = "/org/freedesktop/DBus"
MANAGER_PATH: Final = "/org/freedesktop/systemd1"
UNIT_PATHS: Final = f"{MANAGER_PATH}/unit/"
# how a job of systemd's ended: the one signal that we ask for
JOB_REMOVED: Final = (
    f"type='signal',sender='{SYSTEMD}',path='{MANAGER_PATH}',"
    f"interface='{MANAGER}',member='JobRemoved'"
)


@dataclass(frozen=True, slots=True)
class Method:
    """`takes`, `gives`: signatures. `on_quadlets`: its first argument is a unit that a quadlet makes."""

    interface: str
    member: str
    takes: str
    gives: str
    on_quadlets: bool = False


HELLO: Final = Method(BUS, "Hello", "", "s")
ADD_MATCH: Final = Method(BUS, "AddMatch", "s", "")
SUBSCRIBE: Final = Method(MANAGER, "Subscribe", "", "")
# 50 to 170 ms, as it reads from disk
LIST_UNIT_FILES_BY_PATTERNS: Final = Method(MANAGER, "ListUnitFilesByPatterns", "asas", "a(ss)")
LIST_UNITS_BY_NAMES: Final = Method(MANAGER, "ListUnitsByNames", "as", "a(ssssssouso)")
LOAD_UNIT: Final = Method(MANAGER, "LoadUnit", "s", "o")
START: Final = Method(MANAGER, "StartUnit", "ss", "o", on_quadlets=True)
STOP: Final = Method(MANAGER, "StopUnit", "ss", "o", on_quadlets=True)
RESTART: Final = Method(MANAGER, "RestartUnit", "ss", "o", on_quadlets=True)
RESET_FAILED: Final = Method(MANAGER, "ResetFailedUnit", "s", "", on_quadlets=True)
GET: Final = Method(PROPERTIES, "Get", "ss", "v")
GET_ALL: Final = Method(PROPERTIES, "GetAll", "s", "a{sv}")

ALLOWED: Final = {
    (one.interface, one.member): one
    for one in (
        HELLO,
        ADD_MATCH,
        SUBSCRIBE,
        LIST_UNIT_FILES_BY_PATTERNS,
        LIST_UNITS_BY_NAMES,
        LOAD_UNIT,
        START,
        STOP,
        RESTART,
        RESET_FAILED,
        GET,
        GET_ALL,
    )
}


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it would be sent."""

    destination: str
    path: str
    interface: str
    member: str
    signature: str
    body: tuple[object, ...]


def permitted(call: Call, *, quadlets: Set[str]) -> Method:
    """Its line of the list. `quadlets`: units that this connection has found to be made by quadlets.

    Raises NotPermitted.
    """
    method = ALLOWED.get((call.interface, call.member))
    if method is None or call.signature != method.takes or call.destination != _home(method):
        raise _not(call, "it is not on Haulout's list")
    if not _is_place(call.path, method):
        raise _not(call, f"not on {call.path}")
    if method is ADD_MATCH and call.body != (JOB_REMOVED,):
        raise _not(call, "it asks for other signals")
    if method.on_quadlets and call.body[0] not in quadlets:
        raise _not(call, f"no quadlet makes {call.body[0]}")
    if method.takes == "ss" and method.on_quadlets and call.body[1] != "replace":
        # "isolate" would stop everything else
        raise _not(call, "only in the mode “replace”")
    return method


def _home(method: Method) -> str:
    return BUS if method.interface == BUS else SYSTEMD


def _is_place(path: str, method: Method) -> bool:
    if method.interface == PROPERTIES:
        return path == MANAGER_PATH or path.startswith(UNIT_PATHS)
    return path == (BUS_PATH if method.interface == BUS else MANAGER_PATH)


def _not(call: Call, why: str) -> NotPermitted:
    return NotPermitted(f"{call.member} is not sent to the host: {why}.")
