"""Claims jobs in groups: all that found a place during the last write go into one transaction."""

import asyncio
import contextlib
from collections.abc import Callable

from django.db import Error as DatabaseError

from hosts.database_threads import in_thread
from hosts.jobs import lease
from hosts.models import Job

# the same as a group of outcomes
GROUP = 50


class Claims:
    """One per worker loop. `take` names a job that has a place."""

    def __init__(self, worker: Callable[[], str]) -> None:
        self._worker = worker
        self._queue: asyncio.Queue[tuple[int, asyncio.Future[Job | None]]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._at_it = asyncio.Lock()
        # our claims: job id to claim number; whoever carries out a job removes it at the end
        self.held: dict[int, int] = {}
        # jobs that may or may not be ours: the claim is being written
        self.in_flight: frozenset[int] = frozenset()

    def start(self) -> None:
        """Begin to claim; call it in the loop."""
        self._task = asyncio.create_task(self._run(), name="claims")

    async def stop(self) -> None:
        """End, once the current group is written. Callers that still wait were cancelled before."""
        async with self._at_it:
            if self._task is not None:
                self._task.cancel()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def take(self, job_id: int) -> Job | None:
        """The claimed row; None: not free, or not its turn in its batch. DatabaseError."""
        taken: asyncio.Future[Job | None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((job_id, taken))
        return await taken

    async def _run(self) -> None:
        while True:
            group = [await self._queue.get()]
            with contextlib.suppress(asyncio.QueueEmpty):
                while len(group) < GROUP:
                    group.append(self._queue.get_nowait())
            async with self._at_it:
                await self._claim([(pk, taken) for pk, taken in group if not taken.done()])

    async def _claim(self, group: list[tuple[int, "asyncio.Future[Job | None]"]]) -> None:
        self.in_flight = frozenset(pk for pk, _ in group)
        try:
            jobs = await in_thread(lease.claim, sorted(self.in_flight), self._worker())
        except DatabaseError as error:
            self.in_flight = frozenset()
            for _pk, taken in group:
                if not taken.done():
                    taken.set_exception(error)
            return
        found = {job.pk: job for job in jobs}
        for pk, taken in group:
            if not taken.done():
                job = found.pop(pk, None)
                if job is not None:
                    self.held[pk] = job.claim
                taken.set_result(job)
        self.in_flight = frozenset()
        if found:
            # nobody waits for these any more: this worker ends
            left = {pk: job.claim for pk, job in found.items()}
            await in_thread(lease.release, left, self._worker())
