"""`bench api`: a call through the warm link, and a host's containers from the inventory.

On a real Podman host of the lab, with a whole Haulout beside it.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hosts.podman import Podman, UnixDial, containers
from tests.bench.figures import CannotRun, Options, figure, in_turns
from tests.bench.real_host import create_many, real_host, row_of
from tests.bench.running import Running
from tests.lab.hosts import Host
from tests.stack import CHECKOUT

BENCH = "api"
CONTAINERS = 50
CALLS, LISTS = 200, 15
# cheap for Podman, so that what is added to it can be seen
TARGET = "/v5.0.0/libpod/containers/%s/json"


def run(options: Options) -> list[dict[str, Any]]:
    """Figures of calls and of lists."""
    with real_host() as host, Running() as haulout:
        create_many(host, CONTAINERS)
        haulout.register([row_of(host)])
        haulout.start()
        haulout.wait_up(1, within_s=30)
        link = next((haulout.run_folder / "link").glob("[0-9].sock"))
        return [*calls(host, link), *lists(host, haulout)]


def calls(host: Host, link: Path) -> list[dict[str, Any]]:
    """One container inspected, in milliseconds."""
    one = host.podman("ps", "-aq", "--no-trunc").split()[0]
    target = TARGET % one
    with kept_connection(link, one) as through_link, kept_connection(host.local_socket, one) as own:
        ms = in_turns(
            CALLS,
            curl_own=lambda: curl(host.local_socket, target),
            link=through_link,
            curl_link=lambda: curl(link, target),
            kept_own=own,
        )
    return [
        figure(
            BENCH,
            "a call through the warm link, Haulout's client, median",
            ms["link"],
            "ms",
            baseline=ms["curl_own"],
            baseline_name="curl on the host's own socket",
            goal="≤ baseline + 1 ms",
            holds=ms["link"] <= ms["curl_own"] + 1,
        ),
        figure(
            BENCH,
            "the same call by curl on the link's socket (a new channel each), median",
            ms["curl_link"],
            "ms",
            baseline=ms["curl_own"],
            baseline_name="curl on the host's own socket",
            goal="≤ baseline + 1 ms",
            holds=ms["curl_link"] <= ms["curl_own"] + 1,
        ),
        figure(
            BENCH,
            "what link and SSH add to a kept connection, median",
            ms["link"],
            "ms",
            baseline=ms["kept_own"],
            baseline_name="the same client on the host's own socket",
            goal="≤ baseline + 1 ms",
            holds=ms["link"] <= ms["kept_own"] + 1,
        ),
    ]


def lists(host: Host, haulout: Running) -> list[dict[str, Any]]:
    """All containers of the host, in milliseconds."""
    with tempfile.TemporaryDirectory() as home, page_query(haulout, f"host:{host.name}") as query:
        command, environ = remote_to(host, Path(home))
        ms = in_turns(
            LISTS,
            remote=lambda: timed(command, environ),
            inventory=query,
            own=lambda: curl(host.local_socket, "/v5.0.0/libpod/containers/json?all=true"),
        )
    return [
        figure(
            BENCH,
            f"list of one host's {CONTAINERS} containers from the inventory, median",
            ms["inventory"],
            "ms",
            baseline=ms["remote"],
            baseline_name="podman --remote ps -a over SSH",
            goal="≤ a tenth of the baseline",
            holds=ms["inventory"] * 10 <= ms["remote"],
        ),
        figure(
            BENCH,
            f"list of one host's {CONTAINERS} containers from the inventory, median",
            ms["inventory"],
            "ms",
            baseline=ms["own"],
            baseline_name="Podman's own answer on its socket",
            goal="less than the baseline",
            holds=ms["inventory"] < ms["own"],
        ),
    ]


def curl(socket: Path, target: str) -> float:
    """Milliseconds from curl's start to the last byte, without starting the program."""
    words = ["curl", "-sgf", "-o", os.devnull, "-w", "%{time_total}", "--unix-socket", str(socket)]
    done = subprocess.run([*words, f"http://podman{target}"], capture_output=True, text=True)
    if done.returncode:
        raise CannotRun(f"curl on {socket} failed with {done.returncode}: {done.stderr}")
    return float(done.stdout) * 1000


@contextmanager
def kept_connection(socket: Path, container: str) -> Iterator[Any]:
    """A function that inspects that container over Haulout's client, and how long it took in ms."""
    with asyncio.Runner() as runner:
        podman = Podman(UnixDial(str(socket)))

        async def one_call() -> float:
            began = time.perf_counter()
            await containers.inspect(podman, container)
            return (time.perf_counter() - began) * 1000

        runner.run(podman.__aenter__())
        runner.run(one_call())
        try:
            yield lambda: runner.run(one_call())
        finally:
            runner.run(podman.__aexit__(None, None, None))


@contextmanager
def page_query(haulout: Running, line: str) -> Iterator[Any]:
    """A function that runs the page's query in a process of its own: milliseconds."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.inventory_work", line],
        cwd=CHECKOUT,
        env=haulout.child_environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None

        def ask() -> float:
            child.stdin.write("again\n")
            took_ms, rows = child.stdout.readline().split()
            assert int(rows) == CONTAINERS
            return float(took_ms)

        ask()
        yield ask
        child.stdin.close()


def remote(
    home: Path, url: str, *, key_file: Path, known_hosts: str
) -> tuple[list[str], dict[str, str]]:
    """`podman --remote ps -a` at an address, and an environment in which it knows the key there."""
    (home / ".ssh").mkdir()
    (home / ".ssh" / "known_hosts").write_text(f"{known_hosts}\n")
    command = ["podman", "--remote", "--url", url, "--identity", str(key_file), "ps", "-a"]
    return command, {**os.environ, "HOME": str(home)}


def remote_to(host: Host, home: Path) -> tuple[list[str], dict[str, str]]:
    """The same, straight to a host."""
    url = f"ssh://root@{host.address}:{host.port}{host.socket}"
    known = f"{host.address} {host.host_key_line}"
    return remote(home, url, key_file=host.key_file, known_hosts=known)


def timed(command: list[str], environ: dict[str, str]) -> float:
    """Milliseconds that the command takes."""
    began = time.perf_counter()
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    took_ms = (time.perf_counter() - began) * 1000
    if done.returncode or done.stdout.count("\n") <= CONTAINERS:
        raise CannotRun(f"podman --remote failed: {done.stderr or done.stdout}")
    return took_ms
