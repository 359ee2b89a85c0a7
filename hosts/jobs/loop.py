"""The worker's one event loop: takes jobs, renews leases, looks for lost work."""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import Future
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError

from hosts.access import rights_version
from hosts.clocks import clock
from hosts.database_threads import DatabaseThreads, in_thread
from hosts.guardrails import GuardrailRefused
from hosts.jobs import lease, pace, resolve, rights, spool, workers
from hosts.jobs.carry import errand_for
from hosts.jobs.chore_runner import ChoreRunner, Chores
from hosts.jobs.claims import Claims
from hosts.jobs.errand import ActionFailed
from hosts.jobs.handler import Handlers, Settlement
from hosts.jobs.queues import QUEUES
from hosts.jobs.runner import JobRunner
from hosts.jobs.save import ClaimLost, save_nothing
from hosts.jobs.writer import Writer
from hosts.podman import PodmanError

log = logging.getLogger(__name__)

# a lease runs 30 s, so jobs of a lost worker are taken within 34 s
LOOK_EVERY_S = clock(4.0, least=1.0)
LATE_EVERY_S = 4.0
CANCEL_EVERY_S = 1.0
RIGHTS_EVERY_S = 1.0
RESOLVE_EVERY_S = clock(20.0, least=2.0)
CHORES_AT_ONCE = 4


class WorkerLoop:
    """Runs in a thread of its own; any thread may call `hand_over`."""

    def __init__(
        self,
        handlers: Handlers,
        queues: Collection[str] = QUEUES,
        chores: Chores | None = None,
    ) -> None:
        self.handlers = handlers
        self.queues = frozenset(queues)
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.spools = settings.HAULOUT_DATA / "spool"
        self.writer = Writer(spool.Spool(self.spools / f"{os.getpid()}.jsonl"))
        self._claims = Claims(lambda: self.name)
        self._runner = JobRunner(handlers, self._claims, self.writer)
        self.chores = ChoreRunner(chores or {}, lambda: self.name)
        # chores take seconds or minutes: they must not use the jobs' threads
        self._chore_threads = DatabaseThreads(CHORES_AT_ONCE, name="chore")
        self._at_chores: dict[str, asyncio.Task[bool]] = {}
        # calls that wait for jobs to end
        self._calls: set[asyncio.Task[Any]] = set()
        self._ending = False
        self._moment: tuple[int, int] | None = None
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(DatabaseThreads())
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._ready = threading.Event()

    def start(self) -> None:
        """Start the thread; returns once the loop takes work."""
        self._thread.start()
        self._ready.wait(10)

    def hand_over(self, job_ids: list[int]) -> "Future[bool]":
        """Carry out those of these jobs that are free. True once all of them have ended here.

        False: this worker ends before that.
        """
        if self._ending:
            given_back: Future[bool] = Future()
            given_back.set_result(False)
            return given_back
        return asyncio.run_coroutine_threadsafe(self._carry_out(job_ids), self._loop)

    def stop(self) -> None:
        """Orderly end: jobs that do not end soon are given back for another worker."""
        self._ending = True
        if self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(2)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.call_soon(self.writer.start)
        self._loop.call_soon(self._claims.start)
        self._rounds = [
            self._loop.create_task(self._every(seconds, work), name=work.__name__)
            for seconds, work in (
                (LOOK_EVERY_S, self._look),
                (RESOLVE_EVERY_S, self._resolve),
                (CANCEL_EVERY_S, self._check_cancels),
                (RIGHTS_EVERY_S, self._check_rights),
                (0, self._watch_turns),
                (workers.SAY_EVERY_S, self._report),
                (LATE_EVERY_S, self._do_overdue),
                *((chore.every_s, self._asker_of(name)) for name, chore in self.chores.untimed),
            )
        ]
        for work in self._rounds:
            work.add_done_callback(_log_fault)
        self._loop.call_soon(self._ready.set)
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except DatabaseError as error:
                log.warning("the database does not answer: %s", error)
                await asyncio.sleep(1)
            await asyncio.sleep(seconds)

    async def _carry_out(self, job_ids: list[int]) -> bool:
        call = asyncio.current_task()
        if call is not None:
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
        try:
            # again for a job that was held, and approved before we let go of it
            while await self._runner.take(job_ids):
                if self._runner.waits_for_turn(job_ids):
                    await self._give_turns()
                await self._runner.wait_for(job_ids)
        except DatabaseError as error:
            log.warning("cannot ask for jobs, will look again: %s", error)
        return not self._ending

    async def _look(self) -> None:
        """Renew our leases, merge spools, take up lost work."""
        lost = await in_thread(lease.renew, dict(self._claims.held), self.name)
        if lost:
            log.warning("jobs %s were taken over by another worker", sorted(lost))
            self._runner.drop(lost)
        await in_thread(spool.merge_all, self.spools)
        in_hand = frozenset(self._runner.tasks)
        if found := await in_thread(lambda: lease.waiting(self.queues, beside=in_hand)):
            await self._runner.take(found)
        await self._give_turns()

    async def _watch_turns(self) -> None:
        await self._runner.turn_free.wait()
        self._runner.turn_free.clear()
        await self._give_turns()

    async def _give_turns(self) -> None:
        """Begin jobs of paced batches whose turn it is; end the rest of a batch that failed."""
        await in_thread(pace.end_rest)
        if found := await in_thread(pace.next_ids, self.queues):
            await self._runner.take(found)
            self._runner.give_turn(found)

    async def _resolve(self) -> None:
        """Find out what became of unknown jobs whose host is back."""
        for job in await in_thread(resolve.unresolved, self.queues):
            handler, podman = self.handlers.get(job.verb), await self._runner.client(job)
            if handler is None or podman is None:
                continue
            errand = errand_for(job, podman, keep=save_nothing)
            try:
                settled = await (handler.look_back or handler.settle)(errand)
                if settled is None:
                    continue
                if settled is Settlement.AGAIN and handler.mend is not None:
                    await handler.mend(errand)
            except PodmanError as error:
                log.info("job %s stays unknown: %s", job.pk, error)
                continue
            except (ActionFailed, GuardrailRefused, ClaimLost) as refused:
                # what was made was not permitted, and is gone again
                log.warning("job %s: %s", job.pk, refused)
                settled = Settlement.AGAIN
            await in_thread(resolve.write_resolution, job, settled)

    async def _check_cancels(self) -> None:
        """Cancel running jobs that somebody cancelled; drop jobs that ended before they began."""
        if not self._runner.tasks:
            return
        for job_id, who in (await in_thread(lease.cancels, list(self._claims.held))).items():
            self._runner.cancel(job_id, who)
        if unbegun := self._runner.unbegun:
            over = unbegun - await in_thread(lease.still_free, unbegun)
            self._runner.drop(over & self._runner.unbegun)

    async def _check_rights(self) -> None:
        """End jobs that have not begun and lost their right; asks only when rights have changed."""
        now = await in_thread(rights_version)
        if now != self._moment:
            await in_thread(rights.end_unpermitted)
            self._moment = now

    async def _report(self) -> None:
        await in_thread(workers.report, self.name, self.queues)

    async def _do_overdue(self) -> None:
        """Do chores that beat should have asked for; renew the leases of ours."""
        await in_thread(self.chores.renew)
        for name in await in_thread(self.chores.overdue):
            self._start_chore(name)

    def _asker_of(self, name: str) -> Callable[[], Awaitable[None]]:
        async def ask() -> None:
            self._start_chore(name)

        return ask

    def _start_chore(self, name: str) -> None:
        if name not in self._at_chores:
            work = asyncio.create_task(
                in_thread(self.chores.do, name, threads=self._chore_threads), name=name
            )
            self._at_chores[name] = work
            work.add_done_callback(lambda done: self._chore_ended(name, done))

    def _chore_ended(self, name: str, done: "asyncio.Task[bool]") -> None:
        del self._at_chores[name]
        if not done.cancelled() and (error := done.exception()):
            log.error("the chore %s failed", name, exc_info=error)

    async def _end(self) -> None:
        rounds = [*self._rounds, *self._at_chores.values()]
        for work in rounds:
            work.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)
        # running chores go on in their threads, as their leases say; nobody waits for them
        self._chore_threads.shutdown(wait=False, cancel_futures=True)
        held = await self._runner.end()
        await asyncio.gather(*self._calls, return_exceptions=True)
        await self.writer.stop()
        await in_thread(lease.release, held, self.name)
        await in_thread(workers.end, self.name)


def _log_fault(work: "asyncio.Task[None]") -> None:
    """Log a round that ended by a fault of ours; this worker does not repeat it."""
    if not work.cancelled() and (bug := work.exception()) is not None:
        log.error("the round “%s” has ended", work.get_name(), exc_info=bug)
