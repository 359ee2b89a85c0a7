"""`bench files`: a large file into a container and out of it through a page's roads, beside scp.

scp writes to the host's disk, we into a container on it: the same bytes over the same SSH server.
"""

import asyncio
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.client import Client
from tests.bench.figures import CannotRun, Options, figure, in_turns
from tests.bench.real_host import real_host, row_of
from tests.bench.running import Running
from tests.lab.hosts import Host

BENCH = "files"
SIZE_MIB = 200
ROUNDS = 3
PIECE_BYTES = 1024 * 1024
GOAL = 0.5
# what web may hold of a transfer on its way, whatever its size
MEMORY_GOAL_MIB = 40


def run(options: Options) -> list[dict[str, Any]]:
    """MiB/s each way; how much web grew by it."""
    with (
        tempfile.TemporaryDirectory(prefix="hb-files-", dir="/var/tmp") as folder,
        real_host() as host,
        Running() as haulout,
    ):
        large = Path(folder) / "large.bin"
        with large.open("wb") as file:
            for _ in range(SIZE_MIB):
                file.write(os.urandom(PIECE_BYTES))
        container = host.podman(
            "run", "-d", "--name", "box", "localhost/busybox", "sleep", "100000"
        ).strip()
        haulout.register([row_of(host)])
        haulout.start()
        haulout.wait_up(1, within_s=30)
        link = next((haulout.run_folder / "link").glob("[0-9].sock"))
        place = f"/transfer/files/container/{link.name.partition('.')[0]}/{container}"
        web = haulout.process("web")
        asyncio.run(upload(haulout.url, place, large))
        before_mib = web.rss_mib()
        mib_s = in_turns(
            ROUNDS,
            scp_up=lambda: rate(scp(host, str(large), there(host))),
            up=lambda: asyncio.run(upload(haulout.url, place, large)),
            scp_down=lambda: rate(scp(host, there(host), f"{folder}/scp.bin")),
            down=lambda: asyncio.run(download(haulout.url, place)),
        )
        grown_mib = max(web.rss_mib() - before_mib, 0.0)
    lines = [
        figure(
            BENCH,
            f"{SIZE_MIB} MiB {what}",
            mib_s[road],
            "MiB/s",
            baseline=mib_s[f"scp_{road}"],
            baseline_name="scp",
            goal=f"≥ {GOAL:.0%} of scp",
            holds=mib_s[road] >= GOAL * mib_s[f"scp_{road}"],
        )
        for road, what in (("up", "into a container"), ("down", "out of a container"))
    ]
    memory = figure(
        BENCH,
        f"web's memory after {2 * ROUNDS} × {SIZE_MIB} MiB",
        grown_mib,
        "MiB more",
        baseline=float(SIZE_MIB),
        baseline_name="one file",
        goal=f"≤ {MEMORY_GOAL_MIB} MiB",
        holds=grown_mib <= MEMORY_GOAL_MIB,
    )
    return [*lines, memory]


def there(host: Host) -> str:
    return f"root@{host.address}:/var/tmp/large.bin"


def scp(host: Host, source: str, target: str) -> list[str]:
    """scp with the options of the host's ssh command line."""
    words = host.ssh_command()[1:-1]
    port = words.index("-p")
    return ["scp", "-q", *words[:port], "-P", *words[port + 1 :], source, target]


def rate(command: list[str]) -> float:
    """MiB/s of a command that carries the file."""
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CannotRun(f"{command[0]} failed: {done.stderr[-500:]}")
    return SIZE_MIB / (time.monotonic() - began)


async def upload(url: str, place: str, file: Path) -> float:
    """MiB/s from the first byte to the answer that it is in its place."""
    async with Client(url) as client:
        began = time.monotonic()
        status, body = await client.put_file(
            f"{place}/upload/?path=/&name=large.bin&replace=1", file
        )
        if status != 200:
            raise CannotRun(f"the upload answered {status}: {body[:500]}")
        return SIZE_MIB / (time.monotonic() - began)


async def download(url: str, place: str) -> float:
    async with Client(url) as client:
        began = time.monotonic()
        taken = await client.count_bytes(f"{place}/file/?path=/large.bin")
        if taken != SIZE_MIB * 2**20:
            raise CannotRun(f"the download brought {taken} bytes")
        return SIZE_MIB / (time.monotonic() - began)
