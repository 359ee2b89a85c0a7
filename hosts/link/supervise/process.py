"""The link as a process: one per run folder and shard, from the lock to the last closed socket."""

import asyncio
import fcntl
import os
import signal
from pathlib import Path
from typing import Final

import structlog

from hosts.link.supervise import leases
from hosts.link.supervise.database import Database
from hosts.link.supervise.fleet import Fleet
from hosts.link.supervise.server import Server

log = structlog.get_logger(__name__)
# the supervisor kills after five seconds
_END_S: Final = 4.0


class AlreadyRunning(Exception):
    """Another link serves this run folder."""


async def serve(run: Path, *, shard: int = 0, stop: asyncio.Event | None = None) -> None:
    """Hold all connections until SIGTERM, SIGINT or `stop`. Raises AlreadyRunning."""
    stopping = stop or asyncio.Event()
    if stop is None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
    lock = _lock(run, shard)
    try:
        database = Database()
        owner = leases.owner_name(run, shard)
        fleet = Fleet(run=run, owner=owner, database=database)
        server = Server(fleet=fleet, database=database, run=run, shard=shard)
        await server.start()
        keeping = asyncio.create_task(fleet.run(), name="fleet")
        log.info("link runs", owner=owner)
        try:
            await _until(stopping, keeping)
        finally:
            await _end(keeping, server, database)
    finally:
        os.close(lock)


async def _until(stopping: asyncio.Event, keeping: asyncio.Task[None]) -> None:
    asked = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait((asked, keeping), return_when=asyncio.FIRST_COMPLETED)
        if keeping.done():
            # a fault of ours: end with it; whoever started us starts again
            keeping.result()
    finally:
        asked.cancel()


async def _end(keeping: asyncio.Task[None], server: Server, database: Database) -> None:
    keeping.cancel()
    try:
        async with asyncio.timeout(_END_S):
            await server.close()
            await asyncio.wait((keeping,))
            await database.close()
    except TimeoutError:
        log.warning("not everything ended in time")


def _lock(run: Path, shard: int) -> int:
    """The shard's lock file, held as long as its descriptor is open, also after kill -9."""
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(run / f"link-{shard}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        os.close(descriptor)
        raise AlreadyRunning(
            f"Another link serves {run} already: stop it, or set HAULOUT_RUN to another folder."
        ) from exc
    return descriptor
