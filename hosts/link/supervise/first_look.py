"""What only inspect tells of a container and what never changes: its volumes, and whether a kube file
made it.

Podman's lists have only the paths of mounts (4.3 to 6.1). Each container is inspected once. The
answer is kept with its row, so a restarted link asks nothing.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import Any, Final

import structlog
from django.db import DatabaseError

from hosts.inventory import Mirror
from hosts.inventory.bounds import flag, text
from hosts.inventory.owners import made_by_kube, volumes
from hosts.link.supervise.database import Database
from hosts.models import Container
from hosts.podman import Podman, PodmanError, containers
from hosts.podman.errors import Unavailable

log = structlog.get_logger(__name__)
# for all endpoints of this link together: a look takes 2 ms of processor time, and a fleet that is
# seen for the first time must leave room for the rest
_APART_S: Final = 1 / 10
_PER_WRITE: Final = 50
_AGAIN_S: Final = 30.0


class _Pace:
    """Turns that are a fixed time apart, first come first served."""

    def __init__(self) -> None:
        self._next = 0.0

    async def turn(self) -> None:
        now = time.monotonic()
        at = max(now, self._next)
        self._next = at + _APART_S
        await asyncio.sleep(at - now)


_PACE = _Pace()


class FirstLook:
    """Of one endpoint. `note` takes what was listed; `run` inspects what is new and writes the answer."""

    def __init__(
        self, endpoint_id: int, *, podman: Podman, mirror: Mirror, database: Database
    ) -> None:
        self._endpoint_id = endpoint_id
        self._podman = podman
        self._mirror = mirror
        self._database = database
        # ids to inspect, in the order they came; ids that need no look
        self._waiting: dict[str, None] = {}
        self._known: set[str] = set()
        self._wake = asyncio.Event()

    def note(self, listed: list[dict[str, Any]]) -> None:
        """Take containers as Podman lists them; those with mounts or in a pod are inspected."""
        for item in listed:
            podman_id = text(item.get("Id"), limit=255)
            in_pod = bool(item.get("Pod")) and not flag(item.get("IsInfra"))
            new = podman_id not in self._known and self._mirror.knows("container", podman_id)
            if new and (item.get("Mounts") or in_pod):
                self._waiting[podman_id] = None
                self._wake.set()

    def forget(self, gone: Iterable[str]) -> None:
        self._known.difference_update(gone)

    async def run(self) -> None:
        """Look and write, until cancelled. Raises LeaseLost."""
        await self._wake.wait()
        self._known.update(await self._database.read(self._written))
        while True:
            await self._wake.wait()
            self._wake.clear()
            wanted = [one for one in self._waiting if one not in self._known]
            self._waiting.clear()
            for start in range(0, len(wanted), _PER_WRITE):
                if not await self._look(wanted[start : start + _PER_WRITE]):
                    self._waiting.update(dict.fromkeys(wanted[start:]))
                    await asyncio.sleep(_AGAIN_S)
                    self._wake.set()
                    break

    async def _look(self, some: list[str]) -> bool:
        """Inspect and write these; False when the host or the database is away."""
        found: dict[str, list[str]] = {}
        kube: list[str] = []
        for podman_id in some:
            try:
                await _PACE.turn()
                inspected = await containers.inspect(self._podman, podman_id)
            except Unavailable:
                return False
            except PodmanError:
                # gone again, or broken: the next list notes it again
                continue
            found[podman_id] = volumes(inspected)
            if made_by_kube(inspected):
                kube.append(podman_id)
        try:
            await self._database.write(
                lambda batch: self._mirror.write_inspected(batch, found, kube)
            )
        except DatabaseError as error:
            log.warning("volumes not written", endpoint=self._endpoint_id, error=str(error))
            return False
        self._known.update(found)
        return True

    def _written(self) -> list[str]:
        mine = Container.objects.filter(endpoint_id=self._endpoint_id, gone=None)
        return list(mine.filter(volumes__isnull=False).values_list("podman_id", flat=True))
