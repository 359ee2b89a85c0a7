"""The link killed (R16): started again, each host with one owner, followed logs without loss or repeat."""

import asyncio
from typing import Any

import pytest

from tests.bench.client import Client
from tests.lab.log_viewer import LogViewer
from tests.lab.troubled import LONG_S, Troubled, broken_stack, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]

pytestmark = [pytest.mark.timeout(240), pytest.mark.more]
# several lines in each second, since times in logs are whole seconds
COUNTING = "i=0; while :; do i=$((i + 1)); echo line $i; usleep 30000; done"


def owners(troubled: Troubled) -> dict[int, tuple[str, int]]:
    """Login id to (owner, epoch)."""
    return {
        one: (owner, epoch)
        for one, owner, epoch in troubled.rows("SELECT id, owner, epoch FROM hosts_login")
    }


def test_link_killed_while_logs_are_followed(troubled: Troubled, lab: Any) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    troubled.register(lab.hosts[1])
    container = troubled.container(
        host, "--name", "counting", "localhost/busybox", "sh", "-c", COUNTING
    )
    before = owners(troubled)
    first = troubled.process("link")

    async def follow() -> LogViewer:
        async with Client(troubled.stack.url) as client:
            async with client.socket(f"/ws/logs/{endpoint}/{container}/?tail=100") as socket:
                viewer = LogViewer(socket)
                await viewer.read_until(lambda: viewer.count >= 100)
                await asyncio.to_thread(first.kill)
                await viewer.read_until(lambda: "away" in viewer.states)
                resumed = viewer.count
                await viewer.read_until(lambda: viewer.count >= resumed + 300)
                return viewer

    viewer = asyncio.run(asyncio.wait_for(follow(), LONG_S))
    numbers = [int(text.removeprefix("line ")) for text in viewer.texts]
    assert viewer.gaps == []
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert viewer.states[-1] == "live"

    assert troubled.process("link").pid != first.pid
    for one in lab.hosts[:2]:
        until(f"{one.name} is up", lambda one=one: troubled.up(one), timeout_s=LONG_S)  # type: ignore[misc]
    after = owners(troubled)
    assert len({owner for owner, _ in after.values()}) == 1
    for login, (owner, epoch) in after.items():
        assert owner != before[login][0]
        assert epoch == before[login][1] + 1

    # and changes reach the host again
    troubled.ended_ok(troubled.ask("kill_container", [endpoint, container])["job"])
    troubled.hold(*lab.hosts[:2])
