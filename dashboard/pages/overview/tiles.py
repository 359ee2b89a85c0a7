"""The fleet as tiles: by group, worst first. The more hosts, the smaller the tiles."""

import zlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from dashboard.furniture.host_status import HostStatus
from dashboard.pages.overview.fleet import Fleet
from hosts.models import Host

# (number of hosts, size of their tiles); above the last: dots
LEVELS: Final = ((6, "roomy"), (60, "compact"), (200, "cell"))
SMALLEST: Final = "dot"
_WORST: Final = ("stopped", "away", "degraded", "connecting", "disabled", "up")


@dataclass(frozen=True, slots=True)
class Tile:
    """A host under its first group. `level`: the tile's size."""

    host: Host
    status: HostStatus
    group: str
    level: str

    @property
    def pk(self) -> int:
        return self.host.pk

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return _WORST.index(self.status.state)

    @property
    def mark(self) -> str:
        """Changes when the tile looks different."""
        return f"{self.status.mark()}.{self.group}.{self.host.name}.{self.level}"


@dataclass(frozen=True, slots=True)
class Heading:
    """The line above a group's tiles. `group` is "" for hosts in no group."""

    group: str
    count: int
    troubled: int

    # tells headings from tiles in the template
    heading: bool = True

    @property
    def pk(self) -> str:
        """Starts with "g" as all group heads do, so that pages do not count it as a row."""
        return f"g{zlib.crc32(self.group.encode())}"

    @property
    def mark(self) -> str:
        return f"{self.group}.{self.count}.{self.troubled}"

    @property
    def title(self) -> str:
        return self.group or _("In no group")


def tiles(seen: Fleet) -> list[Any]:
    """Headings and tiles in order. No headings when there is only one group."""
    level = next((name for most, name in LEVELS if len(seen.hosts) <= most), SMALLEST)
    groups: dict[str, list[Tile]] = defaultdict(list)
    for host in seen.hosts:
        status = seen.statuses[host.pk]
        group = (status.groups or [""])[0]
        groups[group].append(Tile(host, status, group, level))
    # the group with the worst host first; hosts in no group come last
    order = sorted(groups, key=lambda name: (not name, min(t.rank for t in groups[name]), name))
    found: list[Any] = []
    for name in order:
        here = sorted(groups[name], key=lambda tile: (tile.rank, tile.host.name))
        if len(groups) > 1:
            troubled = sum(tile.status.state in ("stopped", "away", "degraded") for tile in here)
            found.append(Heading(name, len(here), troubled))
        found += here
    return found
