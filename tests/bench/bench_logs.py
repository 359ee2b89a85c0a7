"""`bench logs`: 400,000 lines of a real host's container, by three roads, and a tab that holds a
million.
"""

import asyncio
import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.bench.client import Client
from tests.bench.figures import CannotRun, Options, figure, in_turns
from tests.bench.log_lines import container_with_log
from tests.bench.real_host import real_host, row_of
from tests.bench.running import Running, until
from tests.bench.tab import Tab
from tests.lab.hosts import Host

BENCH = "logs"
LINES, TAB_LINES = 400_000, 1_000_000
ROUNDS = 3
TAB_WITHIN_S = 90
# as Haulout asks, so that all roads carry the same bytes
TARGET = "/v5.0.0/libpod/containers/%s/logs?stdout=true&stderr=true&follow=false&timestamps=true"
# as static/js/logs/source.js gives it
CREDIT_STEP = 128 * 1024


def run(options: Options) -> list[dict[str, Any]]:
    """Lines per second of each road; MiB of the tab."""
    with real_host() as host, Running() as haulout:
        loud = container_with_log(host, "loud", lines=LINES)
        louder = container_with_log(host, "louder", lines=TAB_LINES)
        haulout.register([row_of(host)])
        haulout.start()
        haulout.wait_up(1, within_s=30)
        link = next((haulout.run_folder / "link").glob("[0-9].sock"))
        endpoint = int(link.name.partition(".")[0])
        return [
            *roads(host, haulout, link=link, endpoint=endpoint, container=loud),
            *tab(haulout, f"/containers/{endpoint}/{louder}/logs/"),
        ]


def roads(
    host: Host, haulout: Running, *, link: Path, endpoint: int, container: str
) -> list[dict[str, Any]]:
    """The whole log, in turns."""
    target = TARGET % container
    far = ["curl", "-sgN", "--unix-socket", host.socket, f"'http://podman{target}'"]
    near = ["curl", "-sgN", "--unix-socket", str(link), f"http://podman{target}"]
    path = f"/ws/logs/{endpoint}/{container}/?follow=0"
    lines_s = in_turns(
        ROUNDS,
        ssh=lambda: rate(host.ssh_command(*far)),
        link=lambda: rate(near),
        browser=lambda: asyncio.run(read_socket(haulout.url, path)),
    )
    return [
        figure(
            BENCH,
            f"{LINES:,} lines {what}",
            lines_s[road],
            "lines/s",
            baseline=lines_s["ssh"],
            baseline_name="curl over ssh",
            goal=f"≥ {part:.0%} of the baseline",
            holds=lines_s[road] >= part * lines_s["ssh"],
        )
        for road, what, part in (
            ("link", "through the link", 0.9),
            ("browser", "into a browser's socket, with credit", 0.75),
        )
    ]


def rate(command: list[str]) -> float:
    """Lines per second that a command prints, as Podman frames them."""
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        printed: Any = child.stdout
        newlines = 0
        while data := printed.read1(1024 * 1024):
            newlines += data.count(b"\n")
        status = child.wait()
    took_s = time.monotonic() - began
    # a frame's length may hold the byte of a newline too
    if status or newlines < LINES:
        raise CannotRun(f"{command[0]} ended with {status} after {newlines} lines")
    return LINES / took_s


async def read_socket(url: str, path: str) -> float:
    """Lines per second into a socket that gives credit as the page does."""
    async with Client(url) as client:
        began = time.monotonic()
        newlines = owed = 0
        async with client.socket(path) as socket:
            async for message in socket:
                if isinstance(message.data, bytes):
                    newlines += message.data.count(b"\n")
                    owed += len(message.data)
                    if owed >= CREDIT_STEP or len(message.data) < CREDIT_STEP / 4:
                        await socket.send_json({"credit": owed})
                        owed = 0
                elif (told := json.loads(message.data)).get("state") == "done":
                    break
                elif told.get("state") == "failed" or told["type"] == "gap":
                    raise CannotRun(f"the stream of logs: {told}")
        took_s = time.monotonic() - began
    if newlines != LINES:
        raise CannotRun(f"{newlines} lines came instead of {LINES}")
    return LINES / took_s


def tab(haulout: Running, path: str) -> list[dict[str, Any]]:
    """A real Chromium on the log page, with everything loaded."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise CannotRun("Chromium is missing: apt-get install chromium")
    with Tab(chromium, haulout.url) as page:
        page.open(path)
        until("the log page", lambda: page.lines() > 0, within_s=30)
        empty_mib = page.memory_mib()
        began = time.monotonic()
        page.choose("[data-log-range]", "all")
        most_mib = empty_mib
        while (lines := page.lines()) < TAB_LINES or page.state() != "done":
            most_mib = max(most_mib, page.memory_mib())
            if time.monotonic() > began + TAB_WITHIN_S:
                raise CannotRun(f"{lines} lines in the tab after {TAB_WITHIN_S} s")
            time.sleep(0.2)
        took_s = time.monotonic() - began
        resident_mib = page.resident_mib()
    return [
        figure(
            BENCH,
            f"a tab's memory at its most with {TAB_LINES:,} lines",
            most_mib,
            "MiB",
            baseline=empty_mib,
            baseline_name=f"the same tab before; all came in {took_s:.0f} s,"
            f" {resident_mib:.0f} MiB with libraries",
            goal="< 300 MB",
            holds=most_mib * 2**20 < 300e6,
        )
    ]
