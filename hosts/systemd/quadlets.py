"""Units that quadlets make, known by systemd alone: what its generator wrote, and from which file.

Never by a label: any image can carry one.
"""

import itertools
import posixpath
import re
from dataclasses import dataclass
from typing import Any, Final

from hosts.systemd.bus import Bus
from hosts.systemd.errors import BusMalformed, CallFailed, NotPermitted
from hosts.systemd.methods import (
    GET,
    GET_ALL,
    LIST_UNIT_FILES_BY_PATTERNS,
    LIST_UNITS_BY_NAMES,
    LOAD_UNIT,
    SYSTEMD,
    UNIT_PATHS,
)

# podman-systemd.unit(5); `~/.config` may lie elsewhere (XDG_CONFIG_HOME)
_ROOT_FOLDERS: Final = (
    "/etc/containers/systemd/",
    "/run/containers/systemd/",
    "/usr/share/containers/systemd/",
)
_USER_FOLDER: Final = "/containers/systemd/"
# systemd.generator(7): nobody but a generator writes there
_ROOT_MADE: Final = re.compile(r"/run/systemd/generator(?:\.early|\.late)?/[^/]+")
_USER_MADE: Final = r"/run/user/{uid}/systemd/generator(?:\.early|\.late)?/[^/]+"
# quadlet file's ending -> what it makes
MAKES: Final = {
    ".container": "container",
    ".pod": "pod",
    ".kube": "kube",
    ".volume": "volume",
    ".network": "network",
    ".image": "image",
    ".build": "build",
    ".artifact": "artifact",
}
# more generated units are not looked at
_MOST: Final = 500
_UNIT: Final = f"{SYSTEMD}.Unit"
_SERVICE: Final = f"{SYSTEMD}.Service"
_KEPT: Final = (
    *("ActiveState", "SubState", "Result", "ExecMainCode", "ExecMainStatus"),
    *("StateChangeTimestamp", "NRestarts", "Description"),
)


@dataclass(frozen=True, slots=True)
class Quadlet:
    """A unit that a quadlet makes. `source`: its file on the host. `makes`: a value of MAKES."""

    name: str
    source: str
    makes: str
    path: str


def kind_of(source: str, *, made: str, uid: int) -> str:
    """What a quadlet file makes; "": it is none, or `made`, the unit's own file, is no generator's.

    `uid`: 0 for root's systemd, else whose it is. An ordinary unit can name any file as its source,
    so the generator's folder counts too.
    """
    if posixpath.normpath(source) != source or posixpath.normpath(made) != made:
        return ""
    folder, pattern = source.startswith(_ROOT_FOLDERS), _ROOT_MADE
    if uid:
        folder = source.startswith("/") and _USER_FOLDER in source
        pattern = re.compile(_USER_MADE.format(uid=uid))
    if not folder or not pattern.fullmatch(made):
        return ""
    return MAKES.get(posixpath.splitext(source)[1], "")


async def find(bus: Bus, name: str) -> Quadlet:
    """The quadlet that makes this unit; from now on the bus may change it.

    Raises NotPermitted: none does, or the name is another unit's alias. CallFailed.
    """
    path = await bus.call(LOAD_UNIT, name)
    if not path.startswith(UNIT_PATHS):
        raise BusMalformed("systemd answered LoadUnit with another path.")
    found = {one: await text(bus, path, _UNIT, one) for one in ("Id", "SourcePath", "FragmentPath")}
    makes = kind_of(found["SourcePath"], made=found["FragmentPath"], uid=bus.dial.uid)
    if found["Id"] != name or not makes:
        raise NotPermitted(
            f"No quadlet on the host makes the unit {name}.",
            cure="Only units that a quadlet makes can be changed here.",
        )
    bus.quadlets.add(name)
    return Quadlet(name, found["SourcePath"], makes, path)


async def find_all(bus: Bus) -> list[Quadlet]:
    """All of them, by name, also those that were never started. One call where there are none."""
    listed = await bus.call(LIST_UNIT_FILES_BY_PATTERNS, ["generated"], ["*.service"])
    names = sorted({posixpath.basename(one[0]) for one in listed})[:_MOST]
    found = []
    for name in names:
        if "@." in name:
            # a template runs by its instances' names only
            continue
        try:
            found.append(await find(bus, name))
        except (NotPermitted, CallFailed):
            # another generator's
            continue
    return found


async def states(bus: Bus, names: list[str]) -> dict[str, tuple[str, ...]]:
    """(load state, active state, sub state) of units by name, in one call of 1 ms."""
    listed = await bus.call(LIST_UNITS_BY_NAMES, names)
    return {one[0]: tuple(one[2:5]) for one in listed if one[0] in names}


async def details(bus: Bus, quadlet: Quadlet) -> dict[str, Any]:
    """What the inventory holds of a unit: systemd's properties by their names, with `Makes`, `MakesName`
    and `AtBoot`. Two calls, 1 to 3 ms each.
    """
    unit = await bus.call(GET_ALL, _UNIT, path=quadlet.path)
    service = await bus.call(GET_ALL, _SERVICE, path=quadlet.path)
    found = {name: value for name, (_signature, value) in (unit | service).items()}
    wanted_by = [*_list(found.get("WantedBy")), *_list(found.get("RequiredBy"))]
    return {name: found.get(name) for name in _KEPT} | {
        "Id": quadlet.name,
        "SourcePath": quadlet.source,
        "Makes": quadlet.makes,
        "MakesName": made_name(quadlet.makes, found),
        "AtBoot": any(str(one).endswith(".target") for one in wanted_by),
    }


def made_name(makes: str, properties: dict[str, Any]) -> str:
    """The name of what the unit makes, from the command by which it does; "" where that does not tell.

    Nothing else of the command is kept: it can hold passwords.
    """
    for name in ("ExecStartPre", "ExecStart"):
        for command in _list(properties.get(name)):
            words = _list(command[1]) if isinstance(command, tuple) and len(command) > 1 else []
            if found := _name_in(makes, [str(one) for one in words]):
                return found
    return ""


def _name_in(makes: str, words: list[str]) -> str:
    if makes in ("volume", "network"):
        made = makes in words and "create" in words
        return words[-1] if made else ""
    if makes in ("container", "pod"):
        for word, after in itertools.pairwise([*words, ""]):
            if word.startswith("--name="):
                return word.removeprefix("--name=")
            if word == "--name":
                return after
    return ""


def _list(value: Any) -> list[Any]:
    # a host may send another type
    return value if isinstance(value, list) else []


async def text(bus: Bus, path: str, interface: str, name: str) -> str:
    """A property that is a text. Raises BusMalformed."""
    value = await _get(bus, path, interface, name)
    if not isinstance(value, str):
        raise BusMalformed(f"systemd's {name} is no text.")
    return value


async def _get(bus: Bus, path: str, interface: str, name: str) -> Any:
    _signature, value = await bus.call(GET, interface, name, path=path)
    return value
