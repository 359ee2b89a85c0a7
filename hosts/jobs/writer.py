"""Writes outcomes in groups (20 ms or 50): one by one, fsync would be the limit."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, close_old_connections, connections

from hosts.jobs.outcome import Outcome, write_outcomes
from hosts.jobs.spool import Spool

GROUP = 50
WAIT_S = 0.02
log = logging.getLogger(__name__)


class Writer:
    """One per worker loop. `put` returns once the outcome is safe, in the database or the spool."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self._queue: asyncio.Queue[tuple[Outcome, asyncio.Future[None]]] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, "outcomes")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write; call it in the loop."""
        self._task = asyncio.create_task(self._run(), name="outcomes")

    async def stop(self) -> None:
        """End. Callers that still wait in `put` were cancelled before."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        # in its own thread, after the last write
        self._thread.submit(connections.close_all)
        self._thread.shutdown()

    async def put(self, outcome: Outcome) -> None:
        """Wait until `outcome` is kept."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((outcome, done))
        await done

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            group = [await self._queue.get()]
            # the group closes 20 ms after its first member
            deadline = loop.time() + WAIT_S
            while len(group) < GROUP:
                try:
                    async with asyncio.timeout_at(deadline):
                        group.append(await self._queue.get())
                except TimeoutError:
                    break
            error = await loop.run_in_executor(
                self._thread, self._write, [outcome for outcome, _ in group]
            )
            for _, done in group:
                if not done.done():
                    done.set_result(None) if error is None else done.set_exception(error)

    def _write(self, outcomes: list[Outcome]) -> Exception | None:
        close_old_connections()
        try:
            write_outcomes(outcomes)
        except DatabaseError as error:
            log.warning("%d outcomes kept in the spool: %s", len(outcomes), error)
            try:
                self.spool.keep(outcomes)
            except OSError as lost:
                log.error("the spool takes nothing: %s", lost)
                return lost
        return None
