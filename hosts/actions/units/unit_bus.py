"""The bus of an errand's host, and its unit there. What goes wrong becomes a job's failure."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from hosts.cards import Road
from hosts.dial import dial_bus
from hosts.jobs.errand import ActionFailed, Errand
from hosts.link.errors import LinkError
from hosts.podman.errors import Interrupted, Unavailable
from hosts.systemd import Bus, BusError, BusUnavailable, CallFailed
from hosts.systemd.methods import STOP, Method
from hosts.systemd.quadlets import Quadlet, details, find
from hosts.systemd.unit_jobs import run, state

HOSTS_OWN: Final = Road(why="its quadlet is the host's own, and nothing of it is sent")
# the link's reasons that time mends
_AWAY: Final = frozenset({"", "host-away", "channel-timeout"})


@dataclass(frozen=True, slots=True)
class UnitOnHost:
    """A unit that systemd says a quadlet makes."""

    bus: Bus
    quadlet: Quadlet

    async def state(self) -> dict[str, Any]:
        """`{"active", "sub", "run"}` (hosts.systemd.unit_jobs)."""
        return await state(self.bus, self.quadlet.path)

    async def run(self, method: Method) -> None:
        """Have systemd do it, and wait. ActionFailed: it did not end well."""
        ended = await run(self.bus, method, self.quadlet.name)
        now = await self.state()
        # a container that had to be killed leaves a stopped unit as failed, and it is stopped
        if ended == "done" and (method is STOP or now["active"] != "failed"):
            return
        raise ActionFailed(
            _("systemd reports “%(ended)s”: %(why)s")
            % {"ended": ended, "why": await self._why(now)},
            f"{self.quadlet.name}: {ended}, {now['active']} ({now['sub']})",
        )

    @property
    def _journal(self) -> str:
        """The command that shows its log: with the container Podman's own log is gone."""
        users = "--user " if self.bus.dial.uid else ""
        return f"journalctl {users}-u {self.quadlet.name} -n 50"

    async def _why(self, now: dict[str, Any]) -> str:
        found = await details(self.bus, self.quadlet)
        result, code = str(found["Result"]), str(found["ExecMainStatus"])
        if result == "exit-code":
            words = _("its process ended with exit code %(code)s. See on the host: %(command)s")
            return words % {"code": code, "command": self._journal}
        if result == "timeout":
            return _("it took longer than its timeout.")
        if result == "start-limit-hit":
            return _("it was started too often in a short time. Reset its failed state first.")
        words = _("the unit is %(state)s, its result is %(result)s.")
        return words % {"state": now["active"], "result": result}


@asynccontextmanager
async def unit_of(errand: Errand) -> AsyncIterator[UnitOnHost]:
    """The errand's unit. ActionFailed; Unavailable: the host is away; Interrupted: nobody knows."""
    try:
        async with Bus(dial_bus(errand.endpoint)) as bus:
            yield UnitOnHost(bus, await find(bus, errand.object_id))
    except LinkError as error:
        raise ActionFailed(f"{error.cause} {error.cure}") from error
    except BusUnavailable as error:
        if error.kind in _AWAY:
            raise Unavailable(str(error)) from error
        raise ActionFailed(str(error)) from error
    except CallFailed as error:
        raise ActionFailed(_("systemd refused: %s") % error.message, error.name) from error
    except BusError as error:
        if error.maybe_done:
            raise Interrupted(str(error)) from error
        raise ActionFailed(str(error)) from error
