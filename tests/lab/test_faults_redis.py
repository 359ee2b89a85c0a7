"""Redis killed with jobs queued (R3, R4): none is lost, none done twice, pages and asking go on."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.bench.client import Client
from tests.lab.hosts.processes import Process
from tests.lab.troubled import Troubled, broken_stack, troubled

__all__ = ["broken_stack", "troubled"]

pytestmark = pytest.mark.timeout(240)
# what nobody may wait for Redis, beside what a page takes anyway
WAIT_S = 2.0
JOBS = 20
PAGES = ("/containers/", "/images/", "/jobs/", "/hosts/", "/audit/", "/")


@contextmanager
def stopped(process: Process) -> Iterator[None]:
    """Held still for the block."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        if process.alive:
            os.kill(process.pid, signal.SIGCONT)


def test_redis_killed_with_jobs_queued(troubled: Troubled, lab: Any) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    names = [f"queued-{number}" for number in range(JOBS)]
    made = [
        host.podman("create", "--name", name, "localhost/busybox", "true").strip() for name in names
    ]
    for container in made:
        troubled.seen(container)
    before = troubled.last_entry()
    usual_s = asyncio.run(slowest_page(troubled.stack.url))
    with stopped(troubled.worker("short")):
        jobs = [
            troubled.ask("remove_container", [endpoint, container])["job"]
            for container in made[:-1]
        ]
        redis = troubled.process("valkey")
        # the supervisor's own start of a new one waits, so that it stays away for a while
        with stopped(Process.find(troubled.stack.process.pid) or redis):
            redis.kill()
            asyncio.run(pages_answer(troubled.stack.url, usual_s))
            last = troubled.ask("remove_container", [endpoint, made[-1]])
            assert last["took_s"] < WAIT_S + usual_s
            jobs.append(last["job"])
    troubled.ended_ok(*jobs)
    assert troubled.verbs(before, "intent") == {("container.remove", ""): JOBS}
    assert troubled.verbs(before, "outcome") == {("container.remove", "ok"): JOBS}
    assert [troubled.job(job)["claim"] for job in jobs] == [1] * JOBS
    # removed by us, not found to be gone
    assert all(troubled.job(job)["result"]["changed"] for job in jobs)
    assert host.podman("ps", "-aq", "--filter", "name=queued-") == ""
    troubled.hold(host)


async def slowest_page(url: str) -> float:
    """Seconds of the slowest list on this machine as busy as it is, with everything there."""
    slowest_s = 0.0
    async with Client(url) as client:
        for page in PAGES:
            began = time.monotonic()
            await client.get(page)
            slowest_s = max(slowest_s, time.monotonic() - began)
    return slowest_s


async def pages_answer(url: str, usual_s: float) -> None:
    """Signing in and each list, while Redis is away: nothing waits for it."""
    async with Client(url) as client:
        for page in PAGES:
            began = time.monotonic()
            await client.get(page)
            assert time.monotonic() - began < WAIT_S + 3 * usual_s, page
