"""What people did on an endpoint past Haulout, seen in its events."""

import asyncio
import time
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import DatabaseError
from django.utils import timezone

from hosts.inventory import LeaseLost, Mirror
from hosts.inventory.batch import WriteBatch
from hosts.inventory.observed import SightingCounter, record, unexplained
from hosts.inventory.rows import HEALTHS
from hosts.inventory.sightings import (
    Sighting,
    SightingReader,
    is_death,
    seconds_of,
    stopped_by_person,
)
from hosts.link.supervise.database import Database
from hosts.link.supervise.event_stream import EventStream
from hosts.models import Endpoint
from hosts.podman import Podman, PodmanError, containers

log = structlog.get_logger(__name__)
# gather events this long: their changes reach the inventory first
_GATHER_S: Final = 1.0
_INSPECTS_AT_ONCE: Final = 2
_MOST_WAITING: Final = 500


class Observer:
    """Gathers the sightings of one endpoint, and writes those that no job of ours explains."""

    def __init__(
        self,
        endpoint_id: int,
        *,
        podman: Podman,
        mirror: Mirror,
        database: Database,
        events: EventStream,
    ) -> None:
        self._endpoint_id = endpoint_id
        self._podman = podman
        self._mirror = mirror
        self._database = database
        self._events = events
        self._reader = SightingReader()
        self._counter = SightingCounter()
        self._seen: list[Sighting] = []
        # events that came too fast: how many, and the last of them
        self._missed: tuple[int, Sighting | None] = (0, None)
        self._deaths: dict[str, Sighting] = {}
        self._wake = asyncio.Event()
        self._inspecting = asyncio.Semaphore(_INSPECTS_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        # jobs that ended since then can explain sightings: the first events may be old
        self._window_from: datetime = seconds_of({"timeNano": events.seen_ns})
        if not events.seen_ns:
            self._window_from = timezone.now()

    def note(self, event: dict[str, Any]) -> None:
        """Take in an event of the endpoint."""
        if event["Type"] == "container" and event["Action"] in ("restart", "remove"):
            # the policy's restart, or the end of a container that somebody removes: no stop
            self._deaths.pop(event["Actor"]["ID"], None)
        sighting = self._reader.read(event)
        if sighting is None:
            return
        if len(self._seen) + len(self._deaths) >= _MOST_WAITING:
            self._missed = (self._missed[0] + 1, sighting)
            return
        if is_death(event):
            if not any(
                one.verb == "container.kill" and one.podman_id == sighting.podman_id
                for one in self._seen
            ):
                self._deaths[sighting.podman_id] = sighting
        elif sighting.verb == "image.pull" and self._mirror.knows("image", sighting.podman_id):
            # every `run` of an image that exists sends "pull"
            return
        else:
            self._seen.append(sighting)
        self._wake.set()

    def health(self, event: dict[str, Any]) -> bool:
        """Write the health that an event tells. False: the event does not say which (Podman 4)."""
        health = event.get("HealthStatus")
        if not isinstance(health, str) or health not in HEALTHS:
            return False
        podman_id = event["Actor"]["ID"]
        if not self._mirror.has_health(podman_id, health):
            self._spawn(
                self._write(lambda batch: self._mirror.write_health(batch, podman_id, health))
            )
        return True

    async def run(self) -> None:
        """Write what was seen, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(60):
                    await self._wake.wait()
            except TimeoutError:
                pass
            else:
                await asyncio.sleep(_GATHER_S)
            self._wake.clear()
            deaths, self._deaths = self._deaths, {}
            for death in deaths.values():
                self._spawn(self._ask_stopped(death))
            seen, self._seen = self._seen, []
            await self._tell(seen)

    def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()

    async def _tell(self, seen: list[Sighting]) -> None:
        now = time.monotonic()
        # an untag sends "remove" too
        seen = [
            one
            for one in seen
            if one.verb != "image.remove" or not self._mirror.knows("image", one.podman_id)
        ]
        window_from, self._window_from = self._window_from, timezone.now()
        seen_ns = self._events.seen_ns
        (number, last), self._missed = self._missed, (0, None)
        if last is not None:
            self._counter.leave_out(last, number, now=now)

        def step(batch: WriteBatch) -> None:
            entries = [
                (one, 1)
                for one in unexplained(self._endpoint_id, seen, window_from=window_from)
                if self._counter.add(one, now=now)
            ]
            entries += self._counter.due(now=now)
            if not entries:
                return
            endpoint = Endpoint.objects.select_related("host").filter(pk=self._endpoint_id).first()
            if endpoint is None:
                return
            Endpoint.objects.filter(pk=self._endpoint_id).update(events_seen_ns=seen_ns)
            record(batch, endpoint, entries)

        if not seen and not self._counter.anything_due(now=now):
            return
        try:
            await self._database.write(step)
        except DatabaseError as error:
            # best effort: later ones are written again
            log.warning("observed changes not written", count=len(seen), error=str(error))

    async def _ask_stopped(self, death: Sighting) -> None:
        try:
            async with self._inspecting:
                inspected = await containers.inspect(self._podman, death.podman_id)
        except PodmanError:
            return
        if stopped_by_person(inspected):
            self._seen.append(replace(death, how="event container died, inspect: stopped by user"))
            self._wake.set()

    async def _write(self, step: Any) -> None:
        try:
            await self._database.write(step)
        except (DatabaseError, LeaseLost) as error:
            log.warning("inventory not written", endpoint=self._endpoint_id, error=str(error))

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
