"""One endpoint's statistics while its host is connected: reads the stream, writes the history.

The stream is its own, so it delays neither events nor lists. What is not written yet is in memory.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import Any, Final

import orjson
import structlog

from hosts.inventory.batch import WRITE_FAULTS, LeaseLost, WriteBatch, require_lease
from hosts.link.supervise.database import Database
from hosts.models import StatsStanding
from hosts.podman import Podman, PodmanError, stats
from hosts.podman.errors import Conflict, ServerFault, Unsupported
from hosts.stats import store
from hosts.stats.codec import VALUES, DamagedTable
from hosts.stats.figures import FigureChanges, WrittenFigures
from hosts.stats.gather import Chunk, Gatherer
from hosts.stats.metrics import INTERVAL_S, METRICS

log = structlog.get_logger(__name__)
_SAVE_EVERY_S: Final = 60
# endpoints of one phase save together, so that their rows share a commit
_PHASES: Final = 30
_LONGEST_PAUSE_S: Final = 60.0
# a host may be able to do it after its next boot
_REFUSED_PAUSE_S: Final = 600.0
# writes of connections that have ended
_parting: set[asyncio.Task[None]] = set()


class StatsRecorder:
    """Run it beside the watch of an endpoint."""

    def __init__(
        self, endpoint_id: int, *, login_id: int, epoch: int, podman: Podman, database: Database
    ) -> None:
        self._endpoint_id = endpoint_id
        self._login_id = login_id
        self._epoch = epoch
        self._podman = podman
        self._database = database
        self._gatherer = Gatherer()
        self._written = WrittenFigures()
        self._read = asyncio.Event()
        # None: the reason in the row is not known
        self._reason: tuple[str, str] | None = None

    def set_machine(self, memory_bytes: int, cpus: int) -> None:
        """How much memory and how many cores the machine has."""
        self._gatherer.machine_bytes, self._gatherer.cpus = memory_bytes, cpus

    def tail(self, keys: list[bytes]) -> dict[str, Any]:
        """What is not written yet: `{"times": [s], "series": {hex key: {metric: [value]}}}`."""
        times: list[int] = []
        found: dict[str, dict[str, list[int | None]]] = {
            key.hex(): {name: [] for name in METRICS} for key in keys
        }
        for chunk in self._gatherer.waiting():
            for at, moment in enumerate(chunk.times):
                times.append(moment)
                for key in keys:
                    column = chunk.column(key, at) if key in chunk.series else [0] * len(METRICS)
                    for name, number in zip(METRICS, column, strict=True):
                        found[key.hex()][name].append(VALUES[number])
        return {"times": times, "series": found}

    async def run(self) -> None:
        """Until cancelled. Raises LeaseLost."""
        while True:
            try:
                await self._run()
            except LeaseLost:
                raise
            # a fault of ours here must not end the watch, which matters more than charts
            except Exception:
                log.exception("stats begin anew", endpoint=self._endpoint_id)
            await asyncio.sleep(_LONGEST_PAUSE_S)

    async def _run(self) -> None:
        await self._restore()
        tasks = [
            asyncio.create_task(self._keep_saving(), name=f"stats written {self._endpoint_id}"),
            asyncio.create_task(self._keep_reading(), name=f"stats read {self._endpoint_id}"),
            asyncio.create_task(self._keep_figures(), name=f"figures {self._endpoint_id}"),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._part()

    async def _restore(self) -> None:
        def read() -> StatsStanding | None:
            return StatsStanding.objects.filter(pk=self._endpoint_id).first()

        try:
            kept = await self._database.read(read)
            if kept and kept.recent:
                keys, recent = bytes(kept.keys), bytes(kept.recent)
                self._gatherer.recent.restore(keys, recent, now_s=int(time.time()))
        except (DamagedTable, *WRITE_FAULTS) as error:
            log.warning("the last hour is not known", endpoint=self._endpoint_id, error=str(error))

    # Reading

    async def _keep_reading(self) -> None:
        pause_s = 1.0
        while True:
            try:
                lines = stats.follow(self._podman, interval_s=INTERVAL_S, decode=orjson.loads)
                async with aclosing(lines):
                    async for usages in lines:
                        pause_s = 1.0
                        self._gatherer.feed(usages, at_s=time.time())
                        self._read.set()
                        await self._tell("", "")
            except (Conflict, Unsupported) as refused:
                self._gatherer.newest = {}
                self._read.set()
                await self._tell(_kind(refused), refused.message)
                pause_s = _REFUSED_PAUSE_S
            except ServerFault as failed:
                await self._tell("failed", failed.message)
            except (PodmanError, ValueError) as lost:
                # the host or its service is gone: the endpoint's own status says so
                log.debug("stats", endpoint=self._endpoint_id, why=str(lost))
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _tell(self, kind: str, reason: str) -> None:
        if (kind, reason) == self._reason:
            return
        self._reason = (kind, reason)

        def step(batch: WriteBatch) -> None:
            require_lease(batch, self._login_id, self._epoch)
            store.save_reason(self._endpoint_id, kind=kind, reason=reason)

        try:
            await self._database.write(step)
        except WRITE_FAULTS as error:
            self._reason = None
            log.warning("stats not written", endpoint=self._endpoint_id, error=str(error))

    # Writing

    async def _keep_saving(self) -> None:
        phase_s = self._endpoint_id % _PHASES * (_SAVE_EVERY_S / _PHASES)
        while True:
            await asyncio.sleep(_SAVE_EVERY_S - (time.time() - phase_s) % _SAVE_EVERY_S)
            chunks = self._gatherer.take()
            try:
                save = await self._database.beside(self._packing(chunks))
                await self._database.write(save)
            except asyncio.CancelledError:
                # they may have been written all the same: to write a chunk twice is harmless
                self._gatherer.put_back(chunks)
                raise
            except WRITE_FAULTS as error:
                self._gatherer.put_back(chunks)
                log.warning("stats not written", endpoint=self._endpoint_id, error=str(error))

    async def _keep_figures(self) -> None:
        """Write the rows that lists sort and filter by, apart from reading."""
        while True:
            await self._read.wait()
            self._read.clear()
            newest, now_s = self._gatherer.newest, time.monotonic()
            changes = None if newest is None else self._written.changes(newest, now_s=now_s)
            if changes is None:
                continue
            try:
                rows = await self._database.write(partial(self._save_figures, changes))
            except WRITE_FAULTS as error:
                log.warning("figures not written", endpoint=self._endpoint_id, error=str(error))
            else:
                self._written.mark_written(changes, rows=rows, now_s=now_s)

    def _save_figures(self, changes: FigureChanges, batch: WriteBatch) -> int:
        require_lease(batch, self._login_id, self._epoch)
        return store.save_figures(self._endpoint_id, changes)

    def _packing(self, chunks: list[Chunk]) -> Callable[[], Callable[[WriteBatch], None]]:
        """A function that packs these chunks and the last hour, and returns the step that writes them."""
        sums, at_s = self._gatherer.latest, self._gatherer.latest_at_s
        hour, cpus = self._gatherer.recent.snapshot(), self._gatherer.cpus

        def pack() -> Callable[[WriteBatch], None]:
            packed = [store.pack_chunk(chunk) for chunk in chunks]
            recent = hour.packed() if sums is not None else b""

            def save(batch: WriteBatch) -> None:
                require_lease(batch, self._login_id, self._epoch)
                for chunk in packed:
                    store.save_chunk(self._endpoint_id, chunk)
                if sums is not None:
                    store.save_recent(
                        self._endpoint_id,
                        at_s=at_s,
                        sums=sums,
                        keys=hour.keys,
                        recent=recent,
                        cpus=cpus,
                    )

            return save

        return pack

    def _part(self) -> None:
        """Write what was gathered when the connection ends; nobody waits for it."""
        pack = self._packing(self._gatherer.take(everything=True))

        async def write() -> None:
            try:
                await self._database.write(lambda batch: pack()(batch))
            except (LeaseLost, *WRITE_FAULTS) as error:
                log.warning("last stats lost", endpoint=self._endpoint_id, error=str(error))

        task = asyncio.get_running_loop().create_task(write())
        _parting.add(task)
        task.add_done_callback(_parting.discard)


def _kind(refused: PodmanError) -> str:
    if isinstance(refused, Unsupported):
        return "too-old"
    return "cgroups-v1" if "cgroup" in refused.message else "refused"
