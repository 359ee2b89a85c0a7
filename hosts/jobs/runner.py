"""The jobs that a worker has taken: each waits for its turn and a place, is claimed, done, ended."""

import asyncio
import logging
from collections.abc import Collection
from contextlib import AsyncExitStack
from typing import Final

from django.db import Error as DatabaseError

from hosts.control import refresh
from hosts.database_threads import in_thread
from hosts.dial import dial
from hosts.jobs import crash, lease
from hosts.jobs.carry import LINK_BACK_S, carry
from hosts.jobs.claims import Claims
from hosts.jobs.handler import Handler, Handlers
from hosts.jobs.lease import FreeJob
from hosts.jobs.outcome import Outcome
from hosts.jobs.places import Places
from hosts.jobs.save import ClaimLost
from hosts.jobs.writer import Writer
from hosts.models import Job
from hosts.podman import Podman

AGAIN_S: Final = 1.0
# a worker that must end gives its jobs this long; `up` waits 6.5 s
GRACE_S: Final = 1.5
log = logging.getLogger(__name__)


class JobRunner:
    """Belongs to one worker loop, and is used within it alone."""

    def __init__(self, handlers: Handlers, claims: Claims, writer: Writer) -> None:
        self.handlers = handlers
        self.tasks: dict[int, asyncio.Task[None]] = {}
        # set when a job of a paced batch has ended: it is another's turn
        self.turn_free = asyncio.Event()
        self._claims = claims
        self._writer = writer
        self._places = Places()
        # jobs of paced batches; set when it is their turn
        self._turns: dict[int, asyncio.Event] = {}
        # claimed jobs that only look
        self._listening: set[int] = set()
        # job id to who cancelled it
        self._cancelled: dict[int, str] = {}
        self._clients: dict[int, Podman] = {}
        self._stack = AsyncExitStack()
        self._ending = False

    @property
    def unbegun(self) -> set[int]:
        """Jobs that wait for a turn or a place; not those that are being claimed."""
        return self.tasks.keys() - self._claims.held.keys() - self._claims.in_flight

    async def take(self, job_ids: Collection[int]) -> bool:
        """Take those that are free. True when any of them is taken now or was before. DatabaseError."""
        free = await in_thread(lease.free, [pk for pk in job_ids if pk not in self.tasks])
        for job in free:
            if job.pk not in self.tasks and not self._ending:
                if job.paced:
                    self._turns[job.pk] = asyncio.Event()
                self.tasks[job.pk] = asyncio.create_task(self._carry(job), name=f"job {job.pk}")
        return any(pk in self.tasks for pk in job_ids)

    async def wait_for(self, job_ids: Collection[int]) -> None:
        """Wait until none of them is taken any more."""
        if in_hand := [task for pk in job_ids if (task := self.tasks.get(pk))]:
            await asyncio.wait(in_hand)

    def waits_for_turn(self, job_ids: Collection[int]) -> bool:
        """True where the batch of one of them has a pace."""
        return any(pk in self._turns for pk in job_ids)

    def give_turn(self, job_ids: Collection[int]) -> None:
        """It is these jobs' turn in their batches."""
        for pk in job_ids:
            if turn := self._turns.get(pk):
                turn.set()

    def cancel(self, job_id: int, who: str) -> None:
        """End a job that has begun, since `who` asked for it."""
        if job_id not in self._cancelled and (task := self.tasks.get(job_id)):
            self._cancelled[job_id] = who
            task.cancel()

    def drop(self, job_ids: Collection[int]) -> None:
        """Let go of jobs that are no longer ours."""
        for pk in job_ids:
            if task := self.tasks.get(pk):
                task.cancel()

    async def end(self) -> dict[int, int]:
        """Begin nothing more, give jobs a moment to end, let go of the rest: job id to claim."""
        self._ending = True
        await _cancel([self.tasks[pk] for pk in self.tasks.keys() - self._claims.held.keys()])
        await self._claims.stop()
        held = dict(self._claims.held)
        if changing := [task for pk, task in self.tasks.items() if pk not in self._listening]:
            await asyncio.wait(changing, timeout=GRACE_S)
        await _cancel(list(self.tasks.values()))
        await self._stack.aclose()
        return held

    async def client(self, job: Job) -> Podman | None:
        """One client per endpoint for the loop's life: kept connections cost 0.4 ms, new ones 0.8."""
        if job.endpoint is None:
            return None
        if job.endpoint.pk not in self._clients:
            client = Podman(dial(job.endpoint), waits_s=LINK_BACK_S)
            self._clients[job.endpoint.pk] = client
            await self._stack.enter_async_context(client)
        return self._clients[job.endpoint.pk]

    async def _carry(self, free: FreeJob) -> None:
        try:
            outcome = await self._outcome(free, self.handlers.get(free.verb))
            if outcome is not None:
                await self._writer.put(outcome)
        except ClaimLost:
            log.warning("job %s was taken over", free.pk)
        except OSError as error:
            # not even the spool took it. The lease runs out, and another worker settles the try
            log.error("outcome of job %s is not kept: %s", free.pk, error)
        finally:
            self._claims.held.pop(free.pk, None)
            self.tasks.pop(free.pk, None)
            self._turns.pop(free.pk, None)
            self._listening.discard(free.pk)
            self._cancelled.pop(free.pk, None)
            if free.paced:
                self.turn_free.set()

    async def _outcome(self, free: FreeJob, handler: Handler | None) -> Outcome | None:
        """Claim it once it has turn and place, and carry it out. None: another worker does, or will."""
        only_looks = handler is not None and handler.waits
        while True:
            if turn := self._turns.get(free.pk):
                await turn.wait()
                turn.clear()
            async with self._places.place(free, only_looks=only_looks):
                if job := await self._claim(free.pk):
                    if only_looks:
                        self._listening.add(job.pk)
                    return await self._carry_out(job, handler)
            if not await self._still_free(free.pk):
                return None
            if turn is None:
                await asyncio.sleep(AGAIN_S)

    async def _claim(self, job_id: int) -> Job | None:
        try:
            return await self._claims.take(job_id)
        except DatabaseError as error:
            log.warning("cannot claim job %s, will try again: %s", job_id, error)
            return None

    async def _still_free(self, job_id: int) -> bool:
        try:
            return bool(await in_thread(lease.still_free, [job_id]))
        except DatabaseError:
            return True

    async def _carry_out(self, job: Job, handler: Handler | None) -> Outcome | None:
        outcome: Outcome | None = None
        try:
            outcome = await carry(job, handler, await self.client(job))
            if outcome.state != Job.State.DENIED and job.endpoint_id:
                ident = str(outcome.result.get("id") or job.object_id)
                kind = str(outcome.result.get("kind") or job.object_kind)
                await refresh(job.endpoint_id, kind, ident)
            await crash.point(crash.BEFORE_OUTCOME, job.pk)
        except asyncio.CancelledError:
            who = self._cancelled.get(job.pk)
            if outcome is None and who is None:
                # this worker ends, or the lease is lost: no outcome from us
                return None
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
            # a cancel that came too late changes nothing: the true end counts
            return outcome or Outcome(
                job_id=job.pk,
                claim=job.claim,
                state=Job.State.CANCELLED,
                error=f"cancelled by {who}",
            )
        return outcome


async def _cancel(tasks: "Collection[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
