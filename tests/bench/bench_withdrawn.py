"""`bench withdrawn`: how long what a person has open outlives the right to it, on a real host.

Everything at once is open in each turn; the right goes in another way each time. Counted from right
after the commit (or from the grant's end) to the last byte or the close code that the person got.
HAULOUT_BENCH_LOAD=12 keeps the machine busy with so many loops meanwhile.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from tests.bench.client import Client
from tests.bench.figures import Options, figure, quantile
from tests.bench.open_things import (
    END_WITHIN_S,
    Thing,
    close,
    ends,
    hold,
    open_all,
    stream,
    waits_for,
)
from tests.bench.real_host import real_host
from tests.bench.running import Running
from tests.bench.withdrawn_stage import Hand, Place, furnished, runs
from tests.bench.withdrawn_work import EMAIL, WAYS

BENCH = "withdrawn"
TURNS = 16
GOAL_S = 2.0
# of the administrator's, who may see all the while: they are asked for again with every change
OTHERS = 150
# busy loops beside it, at the bench's own priority
LOAD = int(os.environ.get("HAULOUT_BENCH_LOAD", "0"))
PROCESS = "process of the terminal, on the host"
WAIT = "wait by REST"
WORDS = {
    "taken": "the grant was taken",
    "ended": "the grant's time was over",
    "disabled": "the person was disabled",
    "role": "the role lost its verbs",
    "group": "the host left the group",
    "team": "the person left the team",
    "session": "the person signed out",
    "token": "the token was revoked",
}
Times = dict[tuple[str, str], list[float]]


def run(options: Options) -> list[dict[str, Any]]:
    """Seconds, by what was open, and by how the right went."""
    with real_host() as host, Running() as haulout:
        with furnished(host, haulout) as (place, hand):
            return figures(asyncio.run(turns(haulout, place, hand)))


def figures(found: Times) -> list[dict[str, Any]]:
    """The longest of each beside its p50; at last the p95 of all."""
    lines = []
    for part, words in ((0, "{} ends, whatever took the right"), (1, "all ends after {}")):
        for name in dict.fromkeys(key[part] for key in found):
            took = [one for key, times in found.items() if key[part] == name for one in times]
            what = f"{words.format(WORDS.get(name, name))}, longest of {len(took)}"
            lines.append(line(what, max(took), took))
    every = [one for times in found.values() for one in times]
    what = f"p95 of all {len(every)}, load {os.getloadavg()[0]:.0f}"
    return [*lines, line(what, quantile(every, 0.95), every)]


def line(what: str, value_s: float, took: list[float]) -> dict[str, Any]:
    """One figure beside the p50 of `took`."""
    return figure(
        BENCH,
        what,
        value_s,
        "s",
        baseline=quantile(took, 0.5),
        baseline_name="p50",
        goal=f"≤ {GOAL_S:g} s",
        holds=value_s <= GOAL_S,
    )


async def turns(haulout: Running, place: Place, hand: Hand) -> Times:
    """Every way in turn, again and again."""
    found: Times = {}
    async with Client(haulout.url) as administrator:
        async with watched(administrator, place), crowd(administrator, place, OTHERS):
            with busy(LOAD):
                for number in range(TURNS):
                    way = WAYS[number % len(WAYS)]
                    for name, took in (
                        await turn(haulout, place, hand, way, str(71000 + number))
                    ).items():
                        found.setdefault((name, way), []).append(took)
    return found


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """So many processes that want the processor all the while."""
    made = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _number in range(loops)
    ]
    try:
        yield
    finally:
        for one in made:
            one.kill()
            one.wait()


async def turn(
    haulout: Running, place: Place, hand: Hand, way: str, sleep: str
) -> dict[str, float]:
    """Open all of it, let the right go, and see when each ends: seconds by name."""
    given = await asyncio.to_thread(hand.does, "give")
    async with Client(haulout.url, EMAIL) as client:
        openers: dict[str, Any] = {}
        if way in ("token", "disabled"):
            openers[WAIT] = waits_for(
                await waiting_job(client, place, given["token"]), given["token"]
            )
        if way != "token":
            openers |= place.openers(sleep)
        opened = await open_all(client, openers)
        gone = asyncio.create_task(gone_at(sleep)) if way != "token" else None
        try:
            at = (await asyncio.to_thread(hand.does, way))["at"]
            ended = await ends(opened)
            took = {name: when - at for name, (when, _how) in ended.items()}
            if gone is not None:
                took[PROCESS] = await gone - at
            return took
        finally:
            if gone is not None:
                gone.cancel()
            await close(opened)


async def gone_at(sleep: str) -> float:
    """When the terminal's process was no longer there. AssertionError where it stays."""
    try:
        async with asyncio.timeout(END_WITHIN_S):
            while await asyncio.to_thread(runs, "sleep", sleep):  # noqa: ASYNC110 - nothing tells us
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"still there: the terminal's “sleep {sleep}”") from None
    return time.monotonic()


async def waiting_job(client: Client, place: Place, token: str) -> int:
    """A job that lasts until the container ends."""
    address = f"{client.url}/api/v1/containers/{place.endpoint}/{place.container}/wait"
    asked: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}, "json": {}}
    async with client.http.post(address, **asked) as answer:
        told = await answer.json()
        if "id" not in told:
            raise AssertionError(f"no job to wait for: {told}")
        return int(told["id"])


@asynccontextmanager
async def watched(administrator: Client, place: Place) -> AsyncIterator[None]:
    """A terminal of the administrator's, at which Bella looks."""
    shell = {"open": {"command": "sleep 99999", "columns": 80, "rows": 24}}
    path = f"/ws/terminal/{place.endpoint}/{place.container}/"
    opened = await open_all(administrator, {"watched": stream(path, shell, begins="open")})
    told = opened["watched"][0].told
    place.terminal = next(note["key"] for note in told if note["type"] == "key")
    try:
        yield
        assert not opened["watched"][1].done()
    finally:
        await close(opened)


@asynccontextmanager
async def crowd(client: Client, place: Place, count: int) -> AsyncIterator[None]:
    """So many streams of somebody else, which go on."""
    logs = stream(f"/ws/logs/{place.endpoint}/{place.container}/")
    opened = {}
    for number in range(count):
        thing = Thing(f"logs {number}")
        opened[thing.name] = thing, asyncio.create_task(hold(client, thing, logs))
    async with asyncio.timeout(60):
        for thing, _task in opened.values():
            await thing.live.wait()
    try:
        yield
        assert not any(task.done() for _thing, task in opened.values())
    finally:
        await close(opened)
