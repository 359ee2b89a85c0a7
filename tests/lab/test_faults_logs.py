"""A followed log while everything is killed and started again: taken up where it was, nothing missing."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from tests.bench.client import Client
from tests.lab.log_viewer import LogViewer
from tests.lab.troubled import LONG_S, Troubled, broken_stack, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]

pytestmark = pytest.mark.timeout(240)
COUNTING = "i=0; while :; do i=$((i + 1)); echo line $i; usleep 50000; done"


async def watch(url: str, path: str, lines: int) -> LogViewer:
    async with Client(url) as client, client.socket(path) as socket:
        viewer = LogViewer(socket)
        await viewer.read_until(lambda: viewer.count >= lines)
        return viewer


def numbers(viewer: LogViewer) -> list[int]:
    return [int(text.rpartition("line ")[2]) for text in viewer.texts]


@pytest.mark.parametrize("merged", [False, True], ids=["one", "merged"])
def test_supervisor_killed_while_logs_are_followed(
    troubled: Troubled, lab: Any, *, merged: bool
) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    container = troubled.container(
        host, "--name", "counting", "localhost/busybox", "sh", "-c", COUNTING
    )
    path = f"/ws/logs/{endpoint}/{container}/?tail=20"
    if merged:
        path = f"/ws/logs/?c={endpoint}:{container}&tail=20"
    before = asyncio.run(asyncio.wait_for(watch(troubled.stack.url, path, 60), LONG_S))
    seen = numbers(before)
    # what the page asks for again: the time of the oldest line that it still has
    since = before.lines[0].decode().split(" ")[0][1:].partition("@")[0]

    troubled.killed_and_started()
    until(f"{host.name} is up", lambda: troubled.up(host), timeout_s=LONG_S)

    again = f"{path}&since={quote(since)}"
    after = asyncio.run(asyncio.wait_for(watch(troubled.stack.url, again, len(seen) + 60), LONG_S))
    found = numbers(after)
    assert after.gaps == []
    assert found == list(range(found[0], found[0] + len(found)))
    assert found[0] <= seen[0]
    assert found[-1] > seen[-1]

    # somebody else on the same log, which is followed already, takes it up from the same line
    async def two() -> LogViewer:
        async with Client(troubled.stack.url) as client, client.socket(again) as socket:
            first = LogViewer(socket)
            await first.read_until(lambda: first.count >= len(seen) + 60)
            return await watch(troubled.stack.url, again, len(seen) + 60)

    second = numbers(asyncio.run(asyncio.wait_for(two(), LONG_S)))
    assert second[: len(found)] == found[: len(second)]
