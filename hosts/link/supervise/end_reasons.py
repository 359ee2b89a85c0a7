"""Why containers ended: stopped by somebody (`StoppedByUser`), or out of memory (`OOMKilled`).

Only inspect tells, the first since Podman 5. It is asked once for each end with an error. That is
before the row is written, so that no page shows an alarm first.
"""

import asyncio
from datetime import datetime
from typing import Any, Final

from hosts.inventory.bounds import BoundedDict, flag, integer, moment, text
from hosts.inventory.sightings import stopped_by_person
from hosts.podman import Podman, PodmanError, containers

_AT_ONCE: Final = 4
_PER_LOOK: Final = 200
# lists wait for this, so a host that hangs is asked again later
_PATIENCE_S: Final = 5.0
_REMEMBERED: Final = 20_000
End = tuple[str, int]


class EndReasons:
    def __init__(self, podman: Podman) -> None:
        self._podman = podman
        self._known: BoundedDict[End, None] = BoundedDict(_REMEMBERED)
        # ids of containers killed out of memory, and when they ended; the writer takes them
        self._oom: dict[str, datetime] = {}

    def take_oom(self) -> dict[str, datetime]:
        """Containers killed for lack of memory, and when; each is told once. `find_stopped` finds them."""
        oom, self._oom = self._oom, {}
        return oom

    async def find_stopped(self, listed: list[Any]) -> dict[str, datetime]:
        """Of containers as Podman lists them: ids that somebody stopped, and when they ended."""
        ends = dict(filter(None, map(_end_of, listed)))
        new = [end for end in ends if end not in self._known][:_PER_LOOK]
        if not new:
            return {}
        free = asyncio.Semaphore(_AT_ONCE)
        found: dict[str, datetime] = {}

        async def ask(end: End) -> None:
            async with free:
                try:
                    inspected = await containers.inspect(self._podman, end[0])
                except PodmanError:
                    # it is gone, or its host is away: the next list finds out
                    return
            self._known[end] = None
            if stopped_by_person(inspected) and _finished(inspected) == end[1]:
                found[end[0]] = ends[end]
            if inspected["State"].get("OOMKilled") is True and _finished(inspected) == end[1]:
                self._oom[end[0]] = ends[end]

        try:
            async with asyncio.timeout(_PATIENCE_S), asyncio.TaskGroup() as tasks:
                for end in new:
                    tasks.create_task(ask(end))
        except TimeoutError:
            pass
        return found


def _end_of(item: Any) -> tuple[End, datetime] | None:
    """((id, second), when) of a listed container that ended with an error."""
    if not isinstance(item, dict) or not integer(item.get("ExitCode"), low=-(2**31)):
        return None
    ended = flag(item.get("Exited")) or item.get("State") in ("exited", "stopped")
    at = moment(item.get("ExitedAt"))
    podman_id = text(item.get("Id"), limit=255)
    if not (ended and at and podman_id):
        return None
    return (podman_id, int(at.timestamp())), at


def _finished(inspected: dict[str, Any]) -> int:
    at = moment(inspected["State"].get("FinishedAt"))
    return int(at.timestamp()) if at else 0
