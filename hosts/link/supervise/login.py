"""One login: keeps its connection up, relays its endpoints always, and watches them while it is up."""

import asyncio
import random
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog
from django.db import DatabaseError
from django.utils import timezone

from hosts.inventory import LeaseLost
from hosts.link.errors import LinkError
from hosts.link.relay import Relay
from hosts.link.ssh_errors import host_away
from hosts.link.supervise import states
from hosts.link.supervise.connections import LiveConnection, connect
from hosts.link.supervise.database import Database
from hosts.link.supervise.endpoint_status import status_of_link_error
from hosts.link.supervise.jumps import Jumps
from hosts.link.supervise.roster import NEEDS_A_PERSON, LoginPlan, Stores
from hosts.link.supervise.states import Status
from hosts.link.supervise.watch import Watch
from hosts.models.hosts import State
from hosts.vault import VaultError

log = structlog.get_logger(__name__)
_SHORTEST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0
# a host that was away briefly is tried often: back within 5 s of its network
_SHARE_OF_ABSENCE: Final = 1 / 12


class LoginTask:
    """Run it until cancelled; by itself it ends only when the lease is lost."""

    def __init__(
        self,
        plan: LoginPlan,
        *,
        epoch: int,
        run: Path,
        database: Database,
        stores: Stores,
        jumps: Jumps,
    ) -> None:
        self.plan = plan
        self.epoch = epoch
        self.state: str = State.CONNECTING
        self._run_folder = run
        self._database = database
        self._stores = stores
        self._jumps = jumps
        self._relays = {e.id: Relay(run, e.id, e.socket) for e in plan.endpoints}
        self._watches: dict[int, Watch] = {}
        self._seen_ns = {e.id: e.events_seen_ns for e in plan.endpoints}
        self._again = asyncio.Event()

    def reconnect(self) -> None:
        """Drop the connection and try again now, also when stopped."""
        self._again.set()

    def watch_of(self, endpoint_id: int) -> Watch | None:
        """The watch of an endpoint, while its host is connected."""
        return self._watches.get(endpoint_id)

    async def run(self) -> None:
        """Keep the login connected. Raises LeaseLost."""
        for relay in self._relays.values():
            await relay.start()
        try:
            if self.plan.stopped:
                await self._stay_stopped()
            while True:
                await self._keep_up()
        finally:
            self._jumps.set_away(self.plan.id, host_away("it was closed"))
            for relay in self._relays.values():
                await relay.close()

    async def _stay_stopped(self) -> None:
        # an earlier link stopped it: nothing is tried until somebody acts
        self.state = State.STOPPED
        self._detach(
            LinkError(
                "host-away",
                cause="Haulout does not connect to the host: it needs action.",
                cure="See the host's page.",
            )
        )
        await self._again.wait()

    async def _keep_up(self) -> None:
        """Dial until it works, hold the connection until it ends."""
        self._again.clear()
        connection = await self._dial()
        began = time.monotonic()
        try:
            await self._hold(connection)
        finally:
            error = host_away("it ended")
            self._detach(error)
            connection.abort()
        self.state = State.AWAY
        log.info("away", host=self.plan.host_name, after_s=round(time.monotonic() - began))
        if not self._again.is_set():
            await self._write_status(status_of_link_error(error, State.AWAY))

    async def _dial(self) -> LiveConnection:
        away_since = time.monotonic()
        await self._write_status(states.CONNECTING, quietly=True)
        while True:
            try:
                connection = await connect(self.plan, self._database, self._jumps)
            except LinkError as error:
                status = status_of_link_error(error, State.AWAY)
                if error.kind in NEEDS_A_PERSON:
                    status = status_of_link_error(error, State.STOPPED)
                self._detach(error)
            except VaultError as error:
                status = Status(State.AWAY, "vault", str(error))
            else:
                if connection.ssh_connection is not None:
                    self._jumps.set_up(self.plan.id, connection.ssh_connection)
                await self._write_status(states.UP)
                log.info("up", host=self.plan.host_name, login=self.plan.user)
                return connection
            if self.state != status.state:
                log.info("not reached", host=self.plan.host_name, why=status.reason)
            if status.state == State.STOPPED:
                log.warning("stopped", host=self.plan.host_name, why=status.reason)
                await self._write_status(status)
                await self._again.wait()
                away_since = time.monotonic()
            else:
                pause_s = _pause(time.monotonic() - away_since)
                await self._write_status(status, next_try_in_s=pause_s)
                await self._wait(pause_s)
            self._again.clear()

    async def _wait(self, seconds: float) -> None:
        """Wait until somebody asks, the time is over, or the jump host is back."""
        events = [self._again]
        if self.plan.via is not None and not (back := self._jumps.up_event(self.plan.via)).is_set():
            events.append(back)
        waiting = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    async def _hold(self, connection: LiveConnection) -> None:
        """Watch the endpoints until the connection ends or somebody asks for a new one."""
        try:
            async with asyncio.TaskGroup() as tasks:
                watching = []
                for plan in self.plan.endpoints:
                    self._relays[plan.id].attach(connection)
                    watch = Watch(
                        plan,
                        login=self.plan,
                        epoch=self.epoch,
                        connection=connection,
                        run=self._run_folder,
                        database=self._database,
                        stores=self._stores,
                        seen_ns=self._seen_ns[plan.id],
                    )
                    self._watches[plan.id] = watch
                    watching.append(tasks.create_task(watch.run(), name=f"watch {plan.id}"))
                # waited for here, not in a task that fails: on 3.11 a TaskGroup that ends with an
                # error leaves its own cancellation behind, which looks like ours
                await self._until_over(connection)
                for task in watching:
                    task.cancel()
        except* LeaseLost as lost:
            raise LeaseLost from lost
        finally:
            for endpoint_id, watch in self._watches.items():
                self._seen_ns[endpoint_id] = watch.seen_ns
            self._watches.clear()

    async def _until_over(self, connection: LiveConnection) -> None:
        closed = asyncio.ensure_future(connection.wait_closed())
        again = asyncio.ensure_future(self._again.wait())
        try:
            await asyncio.wait((closed, again), return_when=asyncio.FIRST_COMPLETED)
        finally:
            closed.cancel()
            again.cancel()

    def _detach(self, error: LinkError) -> None:
        self._jumps.set_away(self.plan.id, error)
        for relay in self._relays.values():
            relay.detach(error)

    async def _write_status(
        self, status: Status, *, next_try_in_s: float | None = None, quietly: bool = False
    ) -> None:
        """Write the login's status, and its endpoints' where that follows."""
        self.state = status.state
        next_try_at = None
        if next_try_in_s is not None:
            next_try_at = timezone.now() + timedelta(seconds=next_try_in_s)
        try:
            await self._database.write(
                states.write_login_status(
                    self.plan, self.epoch, status, next_try_at=next_try_at, quietly=quietly
                )
            )
        except DatabaseError as error:
            log.warning("state not written", host=self.plan.host_name, error=str(error))


def _pause(absent_s: float) -> float:
    """Seconds to wait before the next try, with jitter, 1 to 60."""
    base_s = min(_LONGEST_PAUSE_S, max(_SHORTEST_PAUSE_S, absent_s * _SHARE_OF_ABSENCE))
    return base_s * random.uniform(0.75, 1.0)  # noqa: S311
