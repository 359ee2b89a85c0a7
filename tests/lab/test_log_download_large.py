"""A log of 2 GB as a file, from Podman to the reader, takes no memory. An end that was cut off is
said.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.bench.client import Client
from tests.lab.test_faults_flood import forget_peak, peak_mib
from tests.lab.troubled import Troubled, broken_stack, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]

pytestmark = [pytest.mark.timeout(1800), pytest.mark.more]
SIZE = 2 * 2**30
LINE = 256
GROWS_MIB = 16


@pytest.fixture
def log(troubled: Troubled, lab: Any) -> str:
    """The address of the whole log of a container that has written SIZE bytes in lines of LINE."""
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    write = f"yes {'x' * (LINE - 1)} | head -c {SIZE}"
    loud = troubled.container(host, "--name", "loud", "localhost/busybox", "sh", "-c", write)
    state = ("inspect", "--format", "{{.State.Status}}", "loud")
    until("it is written", lambda: "exited" in host.podman(*state), timeout_s=900)
    return f"/transfer/logs/?c={endpoint}:{loud}&times=off"


async def download(
    client: Client, path: str, half_way: Callable[[], None] | None = None
) -> tuple[int, int, str]:
    """(bytes, lines, the last line) of a file that is not kept; `half_way` runs after 64 MiB."""
    size = lines = 0
    end = b""
    async with client.http.get(client.url + path, timeout=None) as answer:
        assert answer.status == 200, await answer.text()
        async for piece in answer.content.iter_any():
            size += len(piece)
            lines += piece.count(b"\n")
            end = (end + piece)[-2000:]
            if half_way and size > 2**26:
                await asyncio.to_thread(half_way)
                half_way = None
    return size, lines, end.splitlines()[-1].decode()


async def test_it_takes_no_memory_and_a_cut_end_is_said(
    troubled: Troubled, lab: Any, log: str
) -> None:
    host = lab.hosts[0]
    # signing in takes 100 MiB for a moment: Argon2 is to be dear
    async with Client(troubled.stack.url) as client:
        await download(client, f"{log}&range=tail:10000")
        processes = {name: troubled.process(name) for name in ("web", "link")}
        for one in processes.values():
            forget_peak(one)
        before = {name: peak_mib(one) for name, one in processes.items()}
        began = time.monotonic()
        size, lines, last = await download(client, f"{log}&range=all")
        took_s = time.monotonic() - began
        assert (size, lines, last) == (SIZE, SIZE // LINE, "x" * (LINE - 1))
        grown = {name: peak_mib(one) - before[name] for name, one in processes.items()}
        print(f"{SIZE / took_s / 2**20:.0f} MiB/s, {took_s:.0f} s; {before} MiB, grown {grown}")
        assert max(grown.values()) <= GROWS_MIB, (grown, before)

        size, lines, last = await download(client, f"{log}&range=all", host.kill_podman)
    assert 2**26 < size < SIZE
    assert last.startswith(f"# incomplete: {host.name}/loud was read up to line {lines - 1}: ")
    host.start_podman()
