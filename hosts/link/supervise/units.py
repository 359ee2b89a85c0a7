"""Units of an endpoint's quadlets, asked of its systemd, for the inventory.

Podman's events hint at changes. A host without quadlets is asked once, and every ten minutes.
"""

import asyncio
import time
from pathlib import Path
from typing import Any, Final

import structlog

from hosts.inventory import Changes, Mirror, WriteBatch
from hosts.link.bus import BusPlace, bus_place
from hosts.link.errors import LinkError
from hosts.link.sockets import bus_socket
from hosts.link.supervise.database import Database
from hosts.link.supervise.roster import EndpointPlan
from hosts.systemd import Bus, BusDial, BusError
from hosts.systemd.quadlets import Quadlet, details, find_all, states

log = structlog.get_logger(__name__)
# to find all of them costs a host's systemd 50 to 170 ms
_SEARCH_S: Final = 600.0
_SOON_S: Final = 5.0
# after a look that failed, where there are units
_AGAIN_S: Final = 50.0
# systemd notices what Podman did a moment later
_FOLLOW_S: Final = 2.0
_MOVING: Final = frozenset({"activating", "deactivating", "reloading", "refreshing"})
# a bus that hangs must not hold up the lists of its Podman
_LOOK_S: Final = 20.0
# states in which a unit stays as it is until something happens
_AT_REST: Final = frozenset({("active", "running"), ("active", "exited"), ("inactive", "dead")})


class UnitWatch:
    """`look` may be called as often as wanted: one look at a time."""

    def __init__(
        self, plan: EndpointPlan, *, run: Path, mirror: Mirror, database: Database
    ) -> None:
        self._plan = plan
        self._mirror = mirror
        self._database = database
        self._socket = bus_socket(run, plan.id)
        self._place = _place_of(plan.socket)
        self._quadlets: dict[str, Quadlet] = {}
        self._states: dict[str, tuple[str, ...]] = {}
        self._items: dict[str, dict[str, Any]] = {}
        self._search_at = 0.0
        self._searched_at = 0.0
        self._trouble = ""
        self._follow_until = 0.0
        # True where a further look is due soon, for which states are enough
        self.follows = False
        self._lock = asyncio.Lock()

    def hint(self, unit: str) -> bool:
        """A container says that this unit made it. True where a look is worth its while."""
        if self._place is None:
            return False
        if unit not in self._quadlets:
            # any image can say so: no more than one search in a while
            self._search_at = min(self._search_at, self._searched_at + _SOON_S)
        self._follow_until = time.monotonic() + _FOLLOW_S
        self.follows = False
        return bool(self._quadlets) or self._is_due

    async def look(self, *, closely: bool = True) -> int:
        """Bring the rows up to date; the endpoint's revision. LeaseLost, and what a write raises.

        `closely`: each unit is read, not only those whose state has changed.
        """
        async with self._lock:
            if self._place is None or not (self._quadlets or self._is_due):
                return self._mirror.revision
            if not (closely or self._searched_at):
                # the first look is asked for apart from a round
                return self._mirror.revision
            began = time.monotonic()
            try:
                async with (
                    asyncio.timeout(_LOOK_S),
                    Bus(BusDial(str(self._socket), self._place.uid)) as bus,
                ):
                    await self._read(bus, closely=closely)
            except (BusError, TimeoutError) as error:
                self._note(str(error) or "its bus is too slow")
                self.follows = False
                again_s = _AGAIN_S if self._quadlets else _SEARCH_S
                self._searched_at, self._search_at = began, began + again_s
                return self._mirror.revision
            self._note("")
            moving = any(one[1] in _MOVING for one in self._states.values())
            self.follows = bool(self._quadlets) and (moving or began < self._follow_until)
            listed = list(self._items.values())

            def step(batch: WriteBatch) -> Changes:
                return self._mirror.compare(batch, "unit", listed=listed, began=began)

            return (await self._database.write(step)).revision

    @property
    def _is_due(self) -> bool:
        return time.monotonic() >= self._search_at

    async def _read(self, bus: Bus, *, closely: bool) -> None:
        now: dict[str, tuple[str, ...]] = {}
        if self._quadlets and not self._is_due:
            now = await states(bus, list(self._quadlets))
        if any(one[0] != "loaded" for one in now.values()) or self._is_due:
            self._quadlets = {one.name: one for one in await find_all(bus)}
            self._searched_at = time.monotonic()
            self._search_at = self._searched_at + _SEARCH_S
            now = await states(bus, list(self._quadlets)) if self._quadlets else {}
            closely = True
        before, items = self._states, {}
        for name, quadlet in self._quadlets.items():
            state = now.get(name)
            still = state == before.get(name) and (state or ())[1:3] in _AT_REST
            if still and not closely and name in self._items:
                items[name] = self._items[name]
            else:
                items[name] = await details(bus, quadlet)
        self._states, self._items = now, items

    def _note(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            log.info("no units", endpoint=self._plan.id, why=trouble)
        self._trouble = trouble


def _place_of(podman_socket: str) -> BusPlace | None:
    try:
        return bus_place(podman_socket)
    except LinkError:
        return None
