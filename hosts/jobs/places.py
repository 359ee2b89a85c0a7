"""Places for jobs: a bound for each queue of this worker, and for changes on one endpoint."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from hosts.jobs.lease import FreeJob

# the most changes of a queue at once, on one endpoint (Podman's locks) and in one worker
PER_ENDPOINT: Final = 4
AT_ONCE: Final = 400


class Places:
    """A worker's places. Queues have their own: ten pulls take none from a restart on the same host."""

    def __init__(self) -> None:
        self._rooms: dict[str, asyncio.Semaphore] = {}
        self._endpoints: dict[tuple[str, int], asyncio.Semaphore] = {}

    @asynccontextmanager
    async def place(self, job: FreeJob, *, only_looks: bool) -> AsyncIterator[None]:
        """Wait for a place for `job` and hold it; a job that only looks needs none."""
        if only_looks:
            yield
            return
        # the endpoint's place first: a job that waits for a slow host must keep no other place
        async with self._of_endpoint(job), self._room(job.queue):
            yield

    def _of_endpoint(self, job: FreeJob) -> asyncio.Semaphore:
        key = (job.queue, job.endpoint_id or 0)
        return self._endpoints.setdefault(key, asyncio.Semaphore(PER_ENDPOINT))

    def _room(self, queue: str) -> asyncio.Semaphore:
        return self._rooms.setdefault(queue, asyncio.Semaphore(AT_ONCE))
