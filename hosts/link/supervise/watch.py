"""One endpoint while its host is connected: is it there, what has it, what happens on it.

All that it learns goes to the inventory; it changes nothing on a host.
"""

import asyncio
import random
import time
from pathlib import Path
from typing import Any, Final

import structlog
from django.db import DatabaseError
from django.utils import timezone

from hosts.inventory import LeaseLost, Mirror, owners
from hosts.inventory.batch import WRITE_FAULTS, WriteBatch
from hosts.inventory.facts import facts
from hosts.link.errors import LinkError
from hosts.link.sockets import endpoint_socket
from hosts.link.supervise import endpoint_status, roster, states
from hosts.link.supervise.connections import LiveConnection
from hosts.link.supervise.database import Database
from hosts.link.supervise.deaths import DeathWatch
from hosts.link.supervise.endpoint_status import NotMirrored, check_ping
from hosts.link.supervise.event_stream import EventStream
from hosts.link.supervise.event_writer import EventWriter
from hosts.link.supervise.first_look import FirstLook
from hosts.link.supervise.health_changes import HealthChanges
from hosts.link.supervise.lister import LISTED, Lister
from hosts.link.supervise.observer import Observer
from hosts.link.supervise.refresher import Refresher
from hosts.link.supervise.roster import EndpointPlan, LoginPlan
from hosts.link.supervise.states import Status
from hosts.link.supervise.stats import StatsRecorder
from hosts.link.supervise.units import UnitWatch
from hosts.models import INVENTORY
from hosts.podman import Podman, PodmanError, UnixDial, probes, system
from hosts.podman.errors import Unavailable

log = structlog.get_logger(__name__)
ROUND_S: Final = 60.0
_INFO_S: Final = 55.0
# without events there are only lists
_ROUND_WITHOUT_EVENTS_S: Final = 15.0
_CALL_S: Final = 20.0
_LONGEST_PAUSE_S: Final = 30.0
_UNIT_S: Final = 0.3
_UNIT_AGAIN_S: Final = 1.5
# events that change nothing we keep; each `podman ps` sends `sync` for every container
_NOISE: Final = frozenset({"exec", "exec_died", "sync", "attach", "mount", "unmount", "export"})


class Watch:
    """Run it for as long as `connection` lives."""

    def __init__(
        self,
        plan: EndpointPlan,
        *,
        login: LoginPlan,
        epoch: int,
        connection: LiveConnection,
        run: Path,
        database: Database,
        stores: roster.Stores,
        seen_ns: int,
    ) -> None:
        self.plan = plan
        self._login = login
        self._epoch = epoch
        self._connection = connection
        self._database = database
        self._stores = stores
        self._podman = Podman(UnixDial(str(endpoint_socket(run, plan.id))), _CALL_S)
        self._mirror = Mirror(endpoint_id=plan.id, login_id=login.id, epoch=epoch)
        self._lister = Lister(podman=self._podman, mirror=self._mirror, database=database)
        self._refresher = Refresher(self._look, failed=self._look_failed)
        self._events = EventStream(self._podman, seen_ns=seen_ns)
        self._observer = Observer(
            plan.id,
            podman=self._podman,
            mirror=self._mirror,
            database=database,
            events=self._events,
        )
        self.stats = StatsRecorder(
            plan.id, login_id=login.id, epoch=epoch, podman=self._podman, database=database
        )
        self._event_writer = EventWriter(plan.id, login_id=login.id, epoch=epoch, database=database)
        self._deaths = DeathWatch(
            plan.id, podman=self._podman, mirror=self._mirror, database=database
        )
        self._first_look = FirstLook(
            plan.id, podman=self._podman, mirror=self._mirror, database=database
        )
        self._units = UnitWatch(plan, run=run, mirror=self._mirror, database=database)
        self._health_changes = HealthChanges(self._mirror.has_health)
        self._wake = asyncio.Event()
        self._facts_at = 0.0
        # (version, which newer calls its Podman has)
        self._calls: tuple[str, dict[str, bool]] = ("", {})
        self._status: Status | None = None
        self._fatal: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def seen_ns(self) -> int:
        """The newest event read, by the host's clock: where the next watch begins."""
        return self._events.seen_ns

    async def run(self) -> None:
        """Until cancelled. Raises LeaseLost when another link owns the login."""
        async with self._podman:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._rounds(tasks))
                    tasks.create_task(self._observer.run())
                    tasks.create_task(self._event_writer.run())
                    tasks.create_task(self._deaths.run())
                    tasks.create_task(self._first_look.run())
                    tasks.create_task(self._until_fatal())
            except* LeaseLost as lost:
                raise LeaseLost from lost
            finally:
                self._refresher.close()
                self._observer.close()

    async def refresh(self, kind: str, podman_id: str) -> int:
        """List one object again; the endpoint's revision once it is written. PodmanError."""
        if kind not in INVENTORY:
            self._facts_at = 0.0
            self._wake.set()
            return self._mirror.revision
        if kind == "unit":
            self._units.follows = False
        return await self._refresher.refresh(kind, podman_id)

    # Rounds: everything, every minute

    async def _rounds(self, tasks: asyncio.TaskGroup) -> None:
        pause_s = 1.0
        listening = False
        while True:
            self._wake.clear()
            try:
                await self._round()
            except PodmanError as error:
                refused = self._connection.refused.get(self.plan.socket)
                await self._write_status(endpoint_status.unwell(error, refused))
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            except NotMirrored as verdict:
                await self._write_status(verdict.status)
                pause_s = ROUND_S
            except WRITE_FAULTS as error:
                log.warning("inventory not written", endpoint=self.plan.id, error=str(error))
                pause_s = 5.0
            else:
                # not all endpoints in the same second; after a start they all begin at once
                share = random.uniform(0.9 if listening else 0.1, 1.1)  # noqa: S311
                if not listening:
                    listening = True
                    tasks.create_task(self._listen())
                    tasks.create_task(self.stats.run())
                    # a fleet that starts does not search for units all at once
                    after_s = random.uniform(0.5, 3.0)  # noqa: S311
                    self._refresher.touch("unit", after_s=after_s)
                await self._write_status(
                    endpoint_status.well(self._events.trouble, self._lister.left_out)
                )
                pause_s = 1.0
                every_s = _ROUND_WITHOUT_EVENTS_S if self._events.trouble else ROUND_S
                await self._pause(every_s * share)
                continue
            await self._pause(pause_s)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _round(self) -> None:
        ping = await self._ping()
        check_ping(ping)
        self._events.begin(ping.now)
        if time.monotonic() - self._facts_at > _INFO_S:
            await self._read_facts(ping)
        for kind in LISTED:
            await self._look(kind, None)
        await self._units.look(closely=False)
        await self._database.write(self._compared)
        await self._write_transport()

    async def _ping(self) -> system.Ping:
        try:
            return await system.ping(self._podman)
        except Unavailable:
            refused = self._connection.refused.get(self.plan.socket)
            if refused is None or refused.kind != "channel-refused":
                raise
            if not self._connection.can_change_transport:
                raise
        # the key may permit nothing but `podman system dial-stdio`
        self._connection.use_stdio()
        try:
            return await system.ping(self._podman)
        except PodmanError:
            self._connection.use_forward()
            self._connection.refused[self.plan.socket] = refused
            raise

    async def _write_transport(self) -> None:
        columns = self._connection.transport_columns
        if columns.get("transport") == "dial-stdio" and not columns["transport_why"]:
            try:
                await self._connection.find_why_stdio()
            except LinkError:
                return
        columns = self._connection.transport_columns
        if columns != self._connection.written:
            await self._database.write(
                states.write_login_columns(self._login.id, self._epoch, columns)
            )
            self._connection.written = columns

    async def _read_facts(self, ping: system.Ping) -> None:
        found = facts(await system.info(self._podman))
        version = found["version"]["Version"]
        if version != self._calls[0]:
            self._calls = (version, await probes.calls(self._podman))
        found["calls"] = self._calls[1]
        columns: dict[str, Any] = {
            "podman_version": found["version"]["Version"] or ping.libpod[:40],
            "api_version": found["version"]["APIVersion"] or ping.libpod[:40],
            "rootless": found["host"]["security"]["rootless"],
            "info": found,
            "info_at": timezone.now(),
        }
        self.stats.set_machine(found["host"]["memTotal"], found["host"]["cpus"])
        root = found["store"]["graphRoot"]
        first = self._stores.first(self.plan.id, self._login.machine, root)
        if first == self.plan.id:
            columns["graph_root"] = root
        await self._database.write(
            states.write_endpoint_columns(self.plan.id, self._login.id, self._epoch, columns)
        )
        if first != self.plan.id:
            name = await self._database.read(lambda: roster.endpoint_name(first))
            raise endpoint_status.same_store(name)
        self._facts_at = time.monotonic()

    def _compared(self, batch: WriteBatch) -> None:
        states.write_endpoint_columns(
            self.plan.id,
            self._login.id,
            self._epoch,
            {"compared_at": timezone.now(), "events_seen_ns": self._events.seen_ns},
            bell=False,
        )(batch)

    # Single objects

    async def _look(self, kind: str, ids: list[str] | None) -> int:
        if kind == "unit":
            revision = await self._units.look(closely=not self._units.follows)
            if self._units.follows:
                self._refresher.touch("unit", after_s=_UNIT_AGAIN_S)
            return revision
        changes, listed = await self._lister.look(kind, ids)
        if kind == "container":
            self._first_look.forget(changes.gone)
            self._first_look.note(listed)
        return changes.revision

    def _look_failed(self, error: BaseException) -> None:
        if isinstance(error, LeaseLost):
            if not self._fatal.done():
                self._fatal.set_exception(error)
        elif isinstance(error, (PodmanError, *WRITE_FAULTS)):
            # a full round finds out the cause and shows it
            self._wake.set()
        else:
            log.error("a look failed", endpoint=self.plan.id, exc_info=error)

    async def _until_fatal(self) -> None:
        await self._fatal

    # Events

    async def _listen(self) -> None:
        async for event in self._events.follow(self._wake):
            self._heed(event)

    def _heed(self, event: dict[str, Any]) -> None:
        kind, action = event["Type"], event["Action"]
        if self._health_changes.is_change(event):
            self._event_writer.note({**event, "Action": event["HealthStatus"]})
        if action in _NOISE or (action == "health_status" and self._observer.health(event)):
            return
        if action != "health_status":
            self._event_writer.note(event)
        self._observer.note(event)
        self._deaths.note(event)
        podman_id = event["Actor"]["ID"]
        if kind == "container" and podman_id:
            attributes = event["Actor"].get("Attributes") or {}
            self._refresher.touch("container", podman_id)
            if attributes.get("podId"):
                self._refresher.touch("pod")
            if (unit := owners.unit(attributes)) and self._units.hint(unit):
                # systemd says so a moment after Podman
                self._refresher.touch("unit", after_s=_UNIT_S)
            if action in ("create", "remove"):
                # for the number of containers of an image; nobody waits for it
                self._refresher.touch("image", after_s=2.0)
        elif kind in INVENTORY:
            self._refresher.touch(kind)
        else:
            self._wake.set()

    # Status

    async def _write_status(self, status: Status) -> None:
        if status == self._status or status.kind == "host-away":
            return
        try:
            await self._database.write(states.write_endpoint_status([self.plan.id], status))
        except DatabaseError as error:
            log.warning("state not written", endpoint=self.plan.id, error=str(error))
            return
        self._status = status
        log.info("endpoint", id=self.plan.id, state=status.state, why=status.reason or None)
