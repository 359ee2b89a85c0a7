"""All logins of this link: which are registered, which lease is ours, one task each."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from django.db import DatabaseError

from hosts.inventory import LeaseLost
from hosts.link.supervise import leases, roster, states
from hosts.link.supervise.database import Database
from hosts.link.supervise.jumps import Jumps
from hosts.link.supervise.login import LoginTask
from hosts.link.supervise.roster import LoginPlan
from hosts.link.supervise.watch import Watch

log = structlog.get_logger(__name__)
_LOOK_S: Final = 5.0
_CLOSING_S: Final = 3.0
_AT_ONCE: Final = 50
_APART_S: Final = 0.005


@dataclass(slots=True)
class _Running:
    login: LoginTask
    task: asyncio.Task[None]


class Fleet:
    """Runs a LoginTask for every registered login whose lease is ours."""

    def __init__(self, *, run: Path, owner: str, database: Database) -> None:
        self._run_folder = run
        self._owner = owner
        self._database = database
        self._stores = roster.Stores()
        self._jumps = Jumps()
        self._plans: dict[int, LoginPlan] = {}
        self._running: dict[int, _Running] = {}
        self._fingerprint: tuple[object, ...] | None = None
        self._reload = asyncio.Event()
        self._looked = asyncio.Condition()
        self._begun = self._ended = 0

    async def run(self) -> None:
        """Until cancelled; then all connections are closed and the leases given up."""
        try:
            while True:
                forced = self._reload.is_set()
                self._reload.clear()
                self._begun += 1
                try:
                    await self._look(forced=forced)
                except DatabaseError as error:
                    # connections stay; another link that takes a lease meanwhile has a higher epoch
                    log.warning("the database does not answer", error=str(error))
                async with self._looked:
                    self._ended = self._begun
                    self._looked.notify_all()
                await self._pause()
        finally:
            await self._end()

    async def reload(self) -> None:
        """Registered hosts changed: look now, and return when that is done."""
        async with self._looked:
            # a look that runs now may have read before the change: wait for the next one
            wanted = self._begun + 1
            self._reload.set()
            await self._looked.wait_for(lambda: self._ended >= wanted)

    def login(self, login_id: int) -> LoginTask | None:
        """The task of a login, when it is ours."""
        running = self._running.get(login_id)
        return running.login if running else None

    def watch_of(self, endpoint_id: int) -> Watch | None:
        """The watch of an endpoint, while its host is connected."""
        for running in self._running.values():
            if watch := running.login.watch_of(endpoint_id):
                return watch
        return None

    def counts(self) -> dict[str, int]:
        """How many logins there are, and in which state."""
        states_now = Counter(str(one.login.state) for one in self._running.values())
        return {"logins": len(self._plans), **states_now}

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_S):
                await self._reload.wait()
        except TimeoutError:
            pass

    async def _look(self, *, forced: bool) -> None:
        ours = await self._database.write(lambda _: leases.renew(owner=self._owner))
        fingerprint = await self._database.read(roster.fingerprint)
        reloaded = forced or fingerprint != self._fingerprint
        if reloaded:
            self._plans = await self._database.read(roster.plans)
            self._stores.set(await self._database.read(roster.stores))
            self._fingerprint = fingerprint
        for login_id, running in list(self._running.items()):
            plan = self._plans.get(login_id)
            if plan != running.login.plan or login_id not in ours or running.task.done():
                await self._stop([login_id])
        if reloaded:
            # when no task is left that could still write that it is up
            await self._switch_off()
        missing = [login_id for login_id in self._plans if login_id not in self._running]
        if not missing:
            return
        epochs = await self._database.write(lambda _: leases.take(missing, owner=self._owner))
        for login_id, epoch in epochs.items():
            self._start(self._plans[login_id], epoch)
            if len(epochs) > _AT_ONCE:
                # a thousand logins at the same moment would all be late
                await asyncio.sleep(_APART_S)

    async def _switch_off(self) -> None:
        logins, endpoints = await self._database.read(roster.disabled)
        if logins or endpoints:
            await self._database.write(states.write_disabled(logins, endpoints))

    def _start(self, plan: LoginPlan, epoch: int) -> None:
        login = LoginTask(
            plan,
            epoch=epoch,
            run=self._run_folder,
            database=self._database,
            stores=self._stores,
            jumps=self._jumps,
        )
        task = asyncio.get_running_loop().create_task(login.run(), name=f"login {plan.id}")
        task.add_done_callback(_tell_end)
        self._running[plan.id] = _Running(login, task)

    async def _stop(self, login_ids: list[int]) -> None:
        tasks = [self._running.pop(login_id).task for login_id in login_ids]
        for task in tasks:
            task.cancel()
        if tasks:
            # its sockets must be free before another task binds them
            _, late = await asyncio.wait(tasks, timeout=_CLOSING_S)
            for task in late:
                log.warning("does not end", task=task.get_name(), at=str(task.get_stack(limit=3)))

    async def _end(self) -> None:
        held = list(self._running)
        plans = [self._plans[login_id] for login_id in held if login_id in self._plans]
        await self._stop(held)
        try:
            await self._database.write(states.write_link_ended(plans, owner=self._owner))
            await self._database.write(lambda _: leases.release(held, owner=self._owner))
        except DatabaseError as error:
            log.warning("leases not given up", error=str(error))


def _tell_end(task: asyncio.Task[None]) -> None:
    if task.cancelled():
        return
    error = task.exception()
    if isinstance(error, LeaseLost):
        log.warning("lease lost", task=task.get_name())
    elif error is not None:
        log.error("a login failed", task=task.get_name(), exc_info=error)
