"""The worker's one event loop: carries jobs out, renews leases, looks for lost work."""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from hosts.access import moment
from hosts.database_threads import DatabaseThreads
from hosts.dial import dial
from hosts.guardrails import Refused
from hosts.jobs import crash, lease, pace, resolve, spool, withdrawn
from hosts.jobs.carry import LINK_BACK_S, carry, errand_for
from hosts.jobs.errand import Trouble
from hosts.jobs.handler import Handlers, Settled
from hosts.jobs.outcome import Outcome
from hosts.jobs.refresh import refresh
from hosts.jobs.save import ClaimLost, leave
from hosts.jobs.writer import Writer
from hosts.models import Job
from hosts.podman import Podman, PodmanError

log = logging.getLogger(__name__)
T = TypeVar("T")

# changes at once on one endpoint (Podman's locks, DESIGN: Link) and in one worker
PER_ENDPOINT = 4
AT_ONCE = 400
LOOK_EVERY_S = 10.0
CANCEL_EVERY_S = 1.0
RIGHTS_EVERY_S = 1.0
RESOLVE_EVERY_S = 20.0


class WorkerLoop:
    """Runs in a thread of its own; `hand_over` may be called from any thread."""

    def __init__(self, handlers: Handlers) -> None:
        self.handlers = handlers
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.spools = settings.HAULOUT_DATA / "spool"
        self.writer = Writer(spool.Spool(self.spools / f"{os.getpid()}.jsonl"))
        self._held: dict[int, int] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._cancelled: dict[int, str] = {}
        # taken, but not begun: they wait for their turn on the endpoint
        self._waiting: set[int] = set()
        self._denied: set[int] = set()
        self._moment: tuple[int, int] | None = None
        self._clients: dict[int, Podman] = {}
        self._stack = AsyncExitStack()
        self._gates: dict[int, asyncio.Semaphore] = {}
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(DatabaseThreads())
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._ready = threading.Event()

    def start(self) -> None:
        """Start the thread; returns once the loop takes work."""
        self._thread.start()
        self._ready.wait(10)

    def hand_over(self, job_ids: list[int]) -> None:
        """Take these jobs if they are free; returns at once."""
        asyncio.run_coroutine_threadsafe(self._take(job_ids), self._loop)

    def stop(self) -> None:
        """Orderly end: running jobs are given back for another worker to settle."""
        if self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(8)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(2)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._loop.call_soon(self.writer.start)
        self._chores = [
            self._loop.create_task(self._every(LOOK_EVERY_S, self._look), name="look"),
            self._loop.create_task(self._every(RESOLVE_EVERY_S, self._resolve), name="resolve"),
            self._loop.create_task(self._every(CANCEL_EVERY_S, self._heed_cancels), name="cancels"),
            self._loop.create_task(self._every(RIGHTS_EVERY_S, self._heed_rights), name="rights"),
        ]
        for chore in self._chores:
            chore.add_done_callback(_say_why)
        self._loop.call_soon(self._ready.set)
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()

    async def _every(self, seconds: float, chore: Callable[[], object]) -> None:
        while True:
            try:
                await chore()  # type: ignore[misc]
            except DatabaseError as error:
                log.warning("the database does not answer: %s", error)
            await asyncio.sleep(seconds)

    async def _look(self) -> None:
        """Renew what we hold, merge spools, take up what was lost."""
        for lost in await _in_thread(lease.renew, dict(self._held), self.name):
            if task := self._tasks.get(lost):
                log.warning("job %s was taken over by another worker", lost)
                task.cancel()
        await _in_thread(spool.merge_all, self.spools)
        found = [pk for pk in await _in_thread(lease.waiting) if pk not in self._held]
        if found:
            await self._take(found)
        await self._go_on()

    async def _go_on(self) -> None:
        """Begin what of a batch with a pace has a place now; end what has not begun of a failed one."""
        await _in_thread(pace.end_rest)
        if found := await _in_thread(pace.next_ids):
            await self._take(found)

    async def _resolve(self) -> None:
        """Tell what became of unknown jobs whose host is back."""
        for job in await _in_thread(resolve.unresolved):
            handler, podman = self.handlers.get(job.verb), await self._client(job)
            if handler is None or podman is None:
                continue
            errand = errand_for(job, podman, keep=leave)
            try:
                settled = await (handler.look_back or handler.settle)(errand)
                if settled is None:
                    continue
                if settled is Settled.AGAIN and handler.mend is not None:
                    await handler.mend(errand)
            except PodmanError as error:
                log.info("job %s stays unknown: %s", job.pk, error)
                continue
            except (Trouble, Refused, ClaimLost) as refused:
                # what came to be was not permitted, and is gone again
                log.warning("job %s: %s", job.pk, refused)
                settled = Settled.AGAIN
            await _in_thread(resolve.write_resolution, job, settled)

    async def _heed_cancels(self) -> None:
        if not self._tasks:
            return
        asked = await _in_thread(lease.cancels, list(self._tasks))
        for job_id, who in asked.items():
            if job_id not in self._cancelled and (task := self._tasks.get(job_id)):
                self._cancelled[job_id] = who
                task.cancel()

    async def _heed_rights(self) -> None:
        """End what has not begun and may no longer be done; asks only when rights have changed."""
        now = await _in_thread(moment)
        if now == self._moment:
            return
        await _in_thread(withdrawn.end_queued)
        for job_id in await _in_thread(withdrawn.withdrawn, set(self._waiting)):
            if job_id in self._waiting and (task := self._tasks.get(job_id)):
                self._denied.add(job_id)
                task.cancel()
        self._moment = now

    async def _take(self, job_ids: list[int]) -> None:
        try:
            jobs = await _in_thread(lease.claim, job_ids, self.name)
        except DatabaseError as error:
            log.warning("cannot claim, will look again: %s", error)
            return
        for job in jobs:
            self._held[job.pk] = job.claim
            self._waiting.add(job.pk)
            self._tasks[job.pk] = self._loop.create_task(self._carry(job), name=f"job {job.pk}")

    async def _carry(self, job: Job) -> None:
        try:
            outcome = await self._outcome(job)
            if outcome is not None:
                await self.writer.put(outcome)
        except ClaimLost:
            log.warning("job %s was taken over", job.pk)
        except OSError as error:
            # not even the spool took it: the lease runs out and another try settles it
            log.error("outcome of job %s is not kept: %s", job.pk, error)
        finally:
            self._held.pop(job.pk, None)
            self._tasks.pop(job.pk, None)
            self._cancelled.pop(job.pk, None)
            self._waiting.discard(job.pk)
            self._denied.discard(job.pk)
        if job.batch_id is not None and job.batch is not None and job.batch.at_once:
            try:
                await self._go_on()
            except DatabaseError as error:
                log.warning("a batch waits for the next look: %s", error)

    async def _outcome(self, job: Job) -> Outcome | None:
        handler = self.handlers.get(job.verb)
        outcome: Outcome | None = None
        try:
            async with AsyncExitStack() as slots:
                if handler is None or not handler.waits:
                    await slots.enter_async_context(self._room)
                    await slots.enter_async_context(self._gate(job))
                self._waiting.discard(job.pk)
                outcome = await carry(job, handler, await self._client(job))
                if outcome.state != Job.State.DENIED and job.endpoint_id:
                    ident = str(outcome.result.get("id") or job.object_id)
                    kind = str(outcome.result.get("kind") or job.object_kind)
                    await refresh(job.endpoint_id, kind, ident)
                await crash.point(crash.BEFORE_OUTCOME, job.pk)
                return outcome
        except asyncio.CancelledError:
            if outcome is None and job.pk not in self._cancelled.keys() | self._denied:
                # our own end or a lost lease: no outcome from us
                return None
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
            if outcome is not None:
                # too late: the true end counts
                return outcome
            if job.pk in self._denied:
                return Outcome(
                    job_id=job.pk,
                    claim=job.claim,
                    state=Job.State.DENIED,
                    error=withdrawn.words(job),
                )
            who = self._cancelled[job.pk]
            return Outcome(
                job_id=job.pk,
                claim=job.claim,
                state=Job.State.CANCELLED,
                error=f"cancelled by {who}",
            )

    def _gate(self, job: Job) -> asyncio.Semaphore:
        return self._gates.setdefault(job.endpoint_id or 0, asyncio.Semaphore(PER_ENDPOINT))

    async def _client(self, job: Job) -> Podman | None:
        """One client per endpoint for the loop's life: kept connections cost 0.4 ms, not 0.8."""
        if job.endpoint is None:
            return None
        if job.endpoint.pk not in self._clients:
            client = Podman(dial(job.endpoint), waits_s=LINK_BACK_S)
            self._clients[job.endpoint.pk] = client
            await self._stack.enter_async_context(client)
        return self._clients[job.endpoint.pk]

    async def _end(self) -> None:
        held = dict(self._held)
        tasks = list(self._tasks.values())
        for task in [*tasks, *self._chores]:
            task.cancel()
        await asyncio.gather(*tasks, *self._chores, return_exceptions=True)
        await self.writer.stop()
        await self._stack.aclose()
        await _in_thread(lease.release, held, self.name)


def _say_why(chore: "asyncio.Task[None]") -> None:
    """A chore that ends by a mistake of ours is made no more by this worker: not without a word."""
    if not chore.cancelled() and (bug := chore.exception()) is not None:
        log.error("the chore “%s” has ended", chore.get_name(), exc_info=bug)


async def _in_thread(work: Callable[..., T], *args: object) -> T:
    """Database work beside the loop, with stale connections dropped first."""

    def fresh() -> T:
        close_old_connections()
        return work(*args)

    return await sync_to_async(fresh, thread_sensitive=False)()
