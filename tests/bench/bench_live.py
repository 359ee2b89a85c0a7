"""`bench live`: how soon a change on a real host is seen in somebody's browser.

Own: asked for on a page, seen on another person's socket. Foreign: made on the host itself.
"""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator
from typing import Any

from hosts.podman import Podman, UnixDial, containers
from tests.bench.audience import watch_list
from tests.bench.client import Client
from tests.bench.figures import CannotRun, Options, figure, median, quantile
from tests.bench.real_host import real_host, row_of
from tests.bench.running import Running
from tests.bench.tap import Tap
from tests.lab.hosts import Host

BENCH = "live"
ROUNDS = 24
TAP = "podman/tap.sock"
WITHIN_S = 10.0
STATES = ("paused", "running")


def run(options: Options) -> list[dict[str, Any]]:
    """Own and foreign changes, in milliseconds."""
    with real_host() as host, Running() as haulout:
        for number in range(5):
            host.podman("run", "-d", "--name", f"quiet-{number}", "busybox", "sleep", "1000000")
        try:
            with Tap(host.run_folder / TAP, host.local_socket) as tap:
                haulout.register([row_of(host, socket=f"/run/{TAP}")])
                haulout.start()
                haulout.wait_up(1, within_s=30)
                return asyncio.run(measure(host, haulout, tap))
        finally:
            # a frozen container would outlive its host's power cut
            host.podman("unpause", "--all")


async def measure(host: Host, haulout: Running, tap: Tap) -> list[dict[str, Any]]:
    one = host.podman("ps", "-q", "--no-trunc").split()[0]
    rows = haulout.asked("SELECT endpoint_id FROM hosts_container WHERE podman_id = ?", one)
    path = f"/containers/{rows[0][0]}/{one}/"
    async with (
        Client(haulout.url) as watcher,
        Client(haulout.url) as actor,
        screen(watcher) as seen,
    ):
        own_ms = await own(seen, actor, path=path, tap=tap)
        async with Podman(UnixDial(str(host.local_socket))) as podman:
            foreign_ms, podman_ms = await foreign(seen, podman, one, tap=tap)
    return [
        figure(
            BENCH,
            "own action in another's browser after Podman's reply, p50",
            median(own_ms),
            "ms",
            baseline=median(podman_ms),
            baseline_name="a foreign change until Podman's event of it",
            goal="≤ 50 ms",
            holds=median(own_ms) <= 50,
        ),
        figure(
            BENCH,
            "the slowest of them but the first, p95",
            quantile(own_ms[1:], 0.95),
            "ms",
            baseline=quantile(podman_ms, 0.95),
            baseline_name="a foreign change until Podman's event of it",
            goal="(no goal)",
            holds=True,
        ),
        figure(
            BENCH,
            "the first action after a start",
            own_ms[0],
            "ms",
            baseline=median(own_ms),
            baseline_name="the median of all",
            goal="(no goal)",
            holds=True,
        ),
        figure(
            BENCH,
            "foreign change in a browser, p50",
            median(foreign_ms),
            "ms",
            baseline=median(podman_ms),
            baseline_name="the same until Podman's event of it",
            goal="≤ baseline + 100 ms",
            holds=median(foreign_ms) <= median(podman_ms) + 100,
        ),
    ]


class Seen:
    """What the watching browser was told: state of the container, and when."""

    def __init__(self) -> None:
        self.news: asyncio.Queue[tuple[float, str]] = asyncio.Queue()

    async def state(self, wanted: str) -> float:
        """When that state was first seen."""
        try:
            async with asyncio.timeout(WITHIN_S):
                while True:
                    at, html = await self.news.get()
                    if f'data-state="{wanted}"' in html or f">{wanted}<" in html:
                        return at
        except TimeoutError as exc:
            raise CannotRun(f"{wanted} was not seen within {WITHIN_S:g} s") from exc


@contextlib.asynccontextmanager
async def screen(client: Client) -> AsyncIterator[Seen]:
    """A socket of live lists, read all the time."""
    seen = Seen()
    async with client.socket("/ws/live/") as socket:
        await watch_list(socket, line="quiet-0")

        async def read() -> None:
            async for message in socket:
                at, news = time.monotonic(), json.loads(message.data)
                if news["op"] == "rows":
                    await socket.send_json({"op": "ack"})
                    for html in news["rows"].values():
                        seen.news.put_nowait((at, " ".join(html.split()).lower()))

        reading = asyncio.create_task(read())
        try:
            await seen.state("running")
            yield seen
        finally:
            reading.cancel()


async def own(seen: Seen, actor: Client, *, path: str, tap: Tap) -> list[float]:
    """Milliseconds from Podman's reply to the watcher's message; the first action, cold, comes first."""
    took_ms = []
    for turn in range(ROUNDS):
        await pause()
        before = len(tap.answered)
        verb, state = ("pause", "paused") if turn % 2 == 0 else ("unpause", "running")
        status = await actor.post(f"{path}{verb}/")
        if status not in (200, 204, 302):
            raise CannotRun(f"POST {path}{verb}/ answered {status}")
        at = await seen.state(state)
        took_ms.append((at - tap.answered[before]) * 1000)
    return took_ms


async def foreign(
    seen: Seen, podman: Podman, one: str, *, tap: Tap
) -> tuple[list[float], list[float]]:
    """Milliseconds to the watcher's message, and to the event that the link was sent for it."""
    browser_ms, podman_ms = [], []
    for turn in range(ROUNDS):
        await pause()
        change = containers.pause if turn % 2 == 0 else containers.unpause
        before = len(tap.told)
        await change(podman, one)
        replied = time.monotonic()
        browser_ms.append((await seen.state(STATES[turn % 2]) - replied) * 1000)
        podman_ms.append((tap.told[before] - replied) * 1000)
    return browser_ms, podman_ms


async def pause() -> None:
    """Long enough for the list to rest, and not in step with anybody's clock."""
    await asyncio.sleep(random.uniform(0.8, 1.3))
