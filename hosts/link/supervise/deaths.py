"""Crash loops of one endpoint, found in its events: Podman's list shows such containers as running.

The policy's restart sends died, restart, init, start. A person's sends restart before died, or
after start (measured on 4.3 and 5.4).
"""

import asyncio
import random
import time
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.db import DatabaseError

from hosts.inventory import Mirror
from hosts.inventory.bounds import BoundedDict, mapping
from hosts.inventory.deaths import WINDOW, Deaths
from hosts.inventory.history import fields
from hosts.inventory.owners import unit
from hosts.link.supervise.database import Database
from hosts.link.supervise.oom import OomKills, killed_for_memory
from hosts.models import Container
from hosts.podman import Podman

log = structlog.get_logger(__name__)
_GATHER_S: Final = 1.0
_LOOK_EVERY_S: Final = 60.0
# Podman restarts at once: a later restart comes from a person
_AT_ONCE: Final = timedelta(seconds=10)
_REMEMBERED: Final = 2000
_BY_SIGNAL: Final = (137, 143)


class DeathWatch:
    """`note` every event of the endpoint; `run` writes what they mean to the containers' rows."""

    def __init__(
        self, endpoint_id: int, *, podman: Podman, mirror: Mirror, database: Database
    ) -> None:
        self._oom = OomKills(podman)
        self._endpoint_id = endpoint_id
        self._mirror = mirror
        self._database = database
        self._fresh: dict[str, Deaths] = {}
        # ended and not started again: when, with which code, whether out of memory
        self._ended: BoundedDict[str, tuple[datetime, int | None, bool]] = BoundedDict(_REMEMBERED)
        # restarted by their policy: the next start comes from no person
        self._by_policy: BoundedDict[str, None] = BoundedDict(_REMEMBERED)
        # in a row of crashes: the last crash by the host's clock and by ours (monotonic)
        self._crashing: BoundedDict[str, tuple[datetime | None, float]] = BoundedDict(_REMEMBERED)
        # name of a container that its systemd unit makes anew at each start: its last end with an
        # error, the code, whether out of memory, and how often in a row
        self._of_units: BoundedDict[str, tuple[datetime, int, bool, int]] = BoundedDict(_REMEMBERED)
        self._wake = asyncio.Event()

    def note(self, event: dict[str, Any]) -> None:
        """An event as Podman sent it."""
        if event["Type"] != "container" or len(self._fresh) >= _REMEMBERED:
            # only a hostile host sends so many at once: then the rows need not be true
            return
        values = fields(event)
        podman_id, at = values["podman_id"], values["at"]
        match values["action"]:
            case "died":
                self._ended[podman_id] = (at, values["exit_code"], killed_for_memory(event))
                self._change(podman_id).add_end(at, values["exit_code"])
                self._unit_ended(event, values)
            case "restart":
                ended, code, memory = self._ended.pop(podman_id, (None, None, False))
                if ended is not None and at - ended < _AT_ONCE:
                    self._oom.add_crash(podman_id, ended, code, known=memory)
                    before, _heard = self._crashing.get(podman_id, (None, 0.0))
                    self._change(podman_id).add_crash(ended, before)
                    self._by_policy[podman_id] = None
                    self._crashing[podman_id] = (ended, time.monotonic())
            case "create":
                self._unit_made_anew(event, values)
            case "start":
                self._ended.pop(podman_id, None)
                if podman_id in self._by_policy:
                    del self._by_policy[podman_id]
                elif self._crashing.pop(podman_id, None):
                    self._change(podman_id).forget()
            case "remove":
                self._oom.forget(podman_id)
                for known in (self._ended, self._by_policy, self._crashing, self._fresh):
                    known.pop(podman_id, None)

    def _unit_ended(self, event: dict[str, Any], values: dict[str, Any]) -> None:
        name, code, memory = values["name"], values["exit_code"], killed_for_memory(event)
        # a stop of the unit ends it by a signal
        if code and (memory or code not in _BY_SIGNAL) and unit(_attributes(event)):
            before = self._of_units.get(name)
            crashes = before[-1] if before else 0
            self._of_units[name] = (values["at"], code, memory, crashes)

    def _unit_made_anew(self, event: dict[str, Any], values: dict[str, Any]) -> None:
        """Count the crash of a unit's last container: such units run a new one at each start."""
        found = self._of_units.get(values["name"])
        if found is None or not unit(_attributes(event)):
            return
        podman_id, (ended, code, memory, crashes) = values["podman_id"], found
        crashes = crashes + 1 if values["at"] - ended < WINDOW else 0
        self._of_units[values["name"]] = (ended, code, memory, crashes)
        if crashes:
            if memory:
                self._oom.add_crash(podman_id, ended, code, known=True)
            new = self._change(podman_id)
            new.add_end(ended, code)
            new.crashes, new.first_crash = crashes, ended
            self._by_policy[podman_id] = None
            self._crashing[podman_id] = (ended, time.monotonic())

    async def run(self) -> None:
        """Write what was noted, until cancelled. Raises LeaseLost."""
        look_at = time.monotonic() + _LOOK_EVERY_S * random.uniform(0.9, 1.1)  # noqa: S311
        read = False
        while True:
            try:
                async with asyncio.timeout_at(asyncio.get_running_loop().time() + _LOOK_EVERY_S):
                    await self._wake.wait()
                await asyncio.sleep(_GATHER_S)
            except TimeoutError:
                pass
            self._wake.clear()
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + _LOOK_EVERY_S
                if not read:
                    # crash loops that an earlier link wrote end too
                    for podman_id, died_at in await self._database.read(self._written):
                        self._crashing.setdefault(podman_id, (died_at, time.monotonic()))
                    read = True
                self._calm()
            fresh, self._fresh = self._fresh, {}
            if not fresh:
                continue
            try:
                await self._database.write(partial(self._mirror.write_deaths, deaths=fresh))
                if killed := await self._oom.confirmed():
                    ends = partial(self._mirror.write_ends, ends=killed, column="oom_at")
                    await self._database.write(ends)
            except DatabaseError as error:
                log.warning("ends not written", count=len(fresh), error=str(error))

    def _change(self, podman_id: str) -> Deaths:
        self._wake.set()
        return self._fresh.setdefault(podman_id, Deaths())

    def _calm(self) -> None:
        """End the crash loops of containers that have stayed up for long."""
        now = time.monotonic()
        for podman_id, (_at, heard) in list(self._crashing.items()):
            if now - heard > WINDOW.total_seconds():
                del self._crashing[podman_id]
                self._change(podman_id).forget()

    def _written(self) -> list[tuple[str, datetime | None]]:
        there = Container.objects.filter(endpoint_id=self._endpoint_id, crashes__gt=0, gone=None)
        return list(there.values_list("podman_id", "died_at"))


def _attributes(event: dict[str, Any]) -> dict[str, str]:
    """An event's attributes; a container's labels are among them."""
    return mapping(event["Actor"].get("Attributes"), count=200)
