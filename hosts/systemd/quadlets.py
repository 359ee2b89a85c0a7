"""Units that quadlets make, known by systemd alone: what its generator wrote, and from which file.

Never by a label: any image can carry one.
"""

import posixpath
import re
from dataclasses import dataclass
from typing import Any, Final

from hosts.systemd.bus import Bus
from hosts.systemd.errors import BusMalformed, CallFailed, NotPermitted
from hosts.systemd.methods import (
    GET,
    LIST_UNIT_FILES_BY_PATTERNS,
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


async def text(bus: Bus, path: str, interface: str, name: str) -> str:
    """A property that is a text. Raises BusMalformed."""
    value = await _get(bus, path, interface, name)
    if not isinstance(value, str):
        raise BusMalformed(f"systemd's {name} is no text.")
    return value


async def _get(bus: Bus, path: str, interface: str, name: str) -> Any:
    _signature, value = await bus.call(GET, interface, name, path=path)
    return value
