"""A container that writes 20 MB/s before three viewers, one of them slow (R10): flat and exact."""

import asyncio
import contextlib
import re
from pathlib import Path
from typing import Any

import pytest

from tests.bench.client import Client
from tests.lab.hosts.processes import Process
from tests.lab.log_viewer import LogViewer
from tests.lab.troubled import LONG_S, Troubled, broken_stack, troubled

__all__ = ["broken_stack", "troubled"]

pytestmark = [pytest.mark.timeout(300), pytest.mark.more]
ROUNDS, LINES, LINE_BYTES = 100, 20_000, 100
# 2 MB every tenth of a second, once told to go. It stays: when a container ends, Podman (5.4.2)
# drops lines that a follower has not read yet (counted below)
FLOOD = f"""
awk 'BEGIN {{ for (i = 0; i < {LINES}; i++) printf "%0{LINE_BYTES - 1}d\\n", i }}' > /tmp/lines
until [ -e /tmp/go ]; do usleep 50000; done
n=0
while [ $n -lt {ROUNDS} ]; do cat /tmp/lines; usleep 90000; n=$((n + 1)); done
exec sleep 1000
"""
MIB = 2**20


def forget_peak(process: Process) -> None:
    """man 5 proc: 5 resets the peak resident set."""
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def peak_mib(process: Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


async def slowly(viewer: LogViewer, *, total: int) -> None:
    """About 1 MB/s, as on a thin line."""
    while viewer.total < total:
        before = viewer.count
        await viewer.read_one()
        await asyncio.sleep((viewer.count - before) * LINE_BYTES / MIB)


async def watched(troubled: Troubled, host: Any, path: str, total: int) -> list[LogViewer]:
    """The three of them, from before the flood to its last line."""
    async with Client(troubled.stack.url) as client:
        async with (
            client.socket(path) as one,
            client.socket(path) as two,
            client.socket(path) as thin,
        ):
            viewers = [LogViewer(socket, keep=False) for socket in (one, two, thin)]
            for viewer in viewers:
                await viewer.read_until(lambda viewer=viewer: "live" in viewer.states)  # type: ignore[misc]
            await asyncio.to_thread(host.podman, "exec", "flood", "touch", "/tmp/go")
            reading = asyncio.gather(
                *(v.read_until(lambda v=v: v.total >= total) for v in viewers[:2]),  # type: ignore[misc]
                slowly(viewers[2], total=total),
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reading, LONG_S)
            return viewers


def test_flood_before_three_viewers(troubled: Troubled, lab: Any) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    container = troubled.container(host, "--name", "flood", "localhost/busybox", "sh", "-c", FLOOD)
    web = troubled.process("web")
    before_mib = peak_now(web)
    path = f"/ws/logs/{endpoint}/{container}/?tail=0"
    total = ROUNDS * LINES
    viewers = asyncio.run(watched(troubled, host, path, total))
    for viewer in viewers:
        assert viewer.total == total, (viewer.count, sum(viewer.gaps), viewer.states)
    assert viewers[2].gaps, "the slow one was not slow"
    grown_mib = peak_mib(web) - before_mib
    assert grown_mib < 150, grown_mib
    troubled.hold(host)


def test_what_podman_drops_at_a_containers_end_is_counted(troubled: Troubled, lab: Any) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    lines = 200_000
    ends = f"until [ -e /tmp/go ]; do usleep 50000; done; seq 1 {lines}"
    container = troubled.container(host, "--name", "ends", "localhost/busybox", "sh", "-c", ends)

    async def watched() -> LogViewer:
        async with (
            Client(troubled.stack.url) as client,
            client.socket(f"/ws/logs/{endpoint}/{container}/?tail=10") as socket,
        ):
            viewer = LogViewer(socket, keep=False)
            await viewer.read_until(lambda: "live" in viewer.states)
            await asyncio.to_thread(host.podman, "exec", "ends", "touch", "/tmp/go")
            async with asyncio.timeout(LONG_S):
                await viewer.read_until(lambda: "ended" in viewer.states)
            return viewer

    viewer = asyncio.run(watched())
    assert viewer.total + viewer.lost == lines, (viewer.count, viewer.gaps, viewer.lost)


def peak_now(process: Process) -> float:
    """The resident set as it is, from which the peak is counted anew."""
    forget_peak(process)
    return peak_mib(process)
