"""`bench fleet`: a simulated fleet over real SSH; how soon all is up, what quiet costs, how fast
lists are. The goals are those of 1,000 hosts × 50; cost per host is scaled to the fleet's size.
"""

import asyncio
import json
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from tests.bench.audience import VIEWS
from tests.bench.client import Client
from tests.bench.figures import CannotRun, Options, figure, quantile
from tests.bench.fleet.process import FleetProcess
from tests.bench.running import Running
from tests.stack import CHECKOUT

BENCH = "fleet"
QUIET_S, SETTLE_S, BARE_S = 60, 5, 10
REQUESTS = 100
CHURN_PER_S = 2.0
# the columns of a row and the order that VIEWS ask for, without Django, HTTP and HTML
BARE_SQL = """SELECT * FROM hosts_container WHERE gone IS NULL AND state = 'running'
 ORDER BY changed_at DESC, id DESC LIMIT 50"""
BARE_COUNT = "SELECT count(*) FROM hosts_container WHERE gone IS NULL AND state = 'running'"


def run(options: Options) -> list[dict[str, Any]]:
    """Cold starts, quiet, lists."""
    with (
        FleetProcess(hosts=options.hosts, containers=options.containers) as fleet,
        Running() as haulout,
    ):
        haulout.register(fleet.rows)
        bare = [floor(fleet, listen_s=BARE_S)]
        first = cold_start(haulout, options.hosts)
        lines = quiet(haulout, options, bare[0])
        lines += pages(haulout, fleet, options)
        haulout.stop()
        bare.append(floor(fleet, listen_s=0))
        again = cold_start(haulout, options.hosts)
    took_s = statistics.mean(one["took_s"] for one in bare)
    size = f"{options.hosts} hosts × {options.containers}: all up after a cold start"
    return [
        *start_figures(f"{size}, empty inventory", *first, bare_s=took_s),
        *start_figures(f"{size}, known inventory", *again, bare_s=took_s),
        *lines,
    ]


def start_figures(what: str, took_s: float, cpu_s: float, *, bare_s: float) -> list[dict[str, Any]]:
    """`up` to the last endpoint compared, in seconds, and how much of that the link worked."""
    name = "asyncssh alone: connect and list once"
    return [
        figure(
            BENCH,
            what,
            took_s,
            "s",
            baseline=bare_s,
            baseline_name=name,
            goal="≤ 30 s",
            holds=took_s <= 30,
        ),
        figure(
            BENCH,
            "of that the link's processor time",
            cpu_s,
            "s",
            baseline=bare_s,
            baseline_name=name,
            goal="(no goal)",
            holds=True,
        ),
    ]


def cold_start(haulout: Running, hosts: int) -> tuple[float, float]:
    """Seconds from the command to the last endpoint up and compared; the link's processor time."""
    began = time.monotonic()
    haulout.start()
    took_s = haulout.wait_up(hosts, within_s=180) - began
    return took_s, haulout.process("link").cpu_s()


def floor(fleet: FleetProcess, *, listen_s: float) -> dict[str, float]:
    """`took_s` to connect and list by asyncssh alone; `cpu_share` of a core while listening."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.fleet.bare", str(listen_s)],
        cwd=CHECKOUT,
        input=json.dumps(fleet.rows),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotRun(f"the bare connections failed: {done.stderr[-1000:]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def quiet(haulout: Running, options: Options, bare: dict[str, float]) -> list[dict[str, Any]]:
    """The link while nothing happens but its own rounds."""
    link = haulout.process("link")
    time.sleep(SETTLE_S)
    before_s, began = link.cpu_s(), time.monotonic()
    time.sleep(QUIET_S)
    percent = 100 * (link.cpu_s() - before_s) / (time.monotonic() - began)
    share = options.hosts / 1000
    return [
        figure(
            BENCH,
            f"link's processor time when quiet, over {QUIET_S} s",
            percent,
            "% of a core",
            baseline=100 * bare["cpu_share"],
            baseline_name="asyncssh alone: connections and event streams, no lists",
            goal=f"≤ {50 * share:.0f} % (50 % at 1,000 hosts)",
            holds=percent <= 50 * share,
        ),
        figure(
            BENCH,
            "link's memory when quiet",
            link.rss_mib(),
            "MiB",
            baseline=100 + 400 * share,
            baseline_name="the goal's share: 100 MiB of program, 400 for 1,000 hosts",
            goal="≤ 500 MiB",
            holds=link.rss_mib() <= 500,
        ),
    ]


def pages(haulout: Running, fleet: FleetProcess, options: Options) -> list[dict[str, Any]]:
    """First pages of the container list, filtered and sorted, alone and beside an audience."""
    web = haulout.process("web")
    asyncio.run(ask_pages(haulout.url, requests=len(VIEWS)))
    before_s = web.cpu_s()
    alone = asyncio.run(ask_pages(haulout.url))
    page_ms = 1000 * (web.cpu_s() - before_s) / REQUESTS
    bare = bare_query(haulout)
    with audience(haulout.url, options.browsers):
        beside_quiet = asyncio.run(ask_pages(haulout.url))
        fleet.churn(CHURN_PER_S)
        beside = asyncio.run(ask_pages(haulout.url))
        fleet.churn(0)
    rows = f"first 50 of {options.hosts * options.containers:,} rows, filtered and sorted, p95"
    processor = figure(
        BENCH,
        "processor time of such a page in the web process, mean",
        page_ms,
        "ms",
        baseline=statistics.mean(bare),
        baseline_name="the bare SQL, mean",
        goal="(no goal)",
        holds=True,
    )
    return [
        processor,
    ] + [
        figure(
            BENCH,
            f"{rows}{more}",
            quantile(times, 0.95),
            "ms",
            baseline=quantile(bare, 0.95),
            baseline_name="the bare SQL of one such page and its count",
            goal="≤ 150 ms",
            holds=quantile(times, 0.95) <= 150,
        )
        for more, times in (
            ("", alone),
            (f", {options.browsers} live browsers", beside_quiet),
            (f", {options.browsers} live browsers, {CHURN_PER_S:g} restarts/s", beside),
        )
    ]


async def ask_pages(url: str, *, requests: int = REQUESTS) -> list[float]:
    """Milliseconds of each whole page over HTTP, one after the other."""
    took_ms = []
    async with Client(url) as client:
        for turn in range(requests):
            line, sort = VIEWS[turn % len(VIEWS)]
            began = time.perf_counter()
            body = await client.get("/containers/?" + urlencode({"q": line, "sort": sort}))
            took_ms.append((time.perf_counter() - began) * 1000)
            assert "data-row" in body or "<tr" in body, "no list in the page"
    return took_ms


def bare_query(haulout: Running) -> list[float]:
    """Milliseconds of one page's rows and count by SQLite alone."""
    took_ms = []
    connection = sqlite3.connect(f"file:{haulout.database}?mode=ro", uri=True)
    # as Haulout's own connections, dashboard/databases.py
    connection.executescript("PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;")
    try:
        for _ in range(REQUESTS):
            began = time.perf_counter()
            assert len(connection.execute(BARE_SQL).fetchall()) == 50
            connection.execute(BARE_COUNT).fetchall()
            took_ms.append((time.perf_counter() - began) * 1000)
    finally:
        connection.close()
    return took_ms


@contextmanager
def audience(url: str, count: int) -> Iterator[None]:
    """So many live sockets while the block runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.audience", url, str(count)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            if child.stdout.readline() != "ready\n":
                raise CannotRun("the audience did not get its lists")
            yield
        finally:
            child.stdin.close()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
