"""`bench terminal`: how soon a key is echoed, in a browser's socket and by `ssh -t … podman exec`.

Both into the same container of a real host, key by key in turns; quiet, and beside busy live lists.
"""

import asyncio
import contextlib
import os
import pty
import select
import subprocess
import sys
import time
import tty
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Self

from hosts.podman import Podman, UnixDial, containers
from tests.bench.client import Client
from tests.bench.figures import CannotRun, Options, figure, median, quantile
from tests.bench.real_host import real_host, row_of
from tests.bench.running import Running
from tests.lab.hosts import Host
from tests.stack import CHECKOUT

BENCH = "terminal"
KEYS = 300
WITHIN_S = 10.0
GOAL_MS = 3.0
# the container's own terminal echoes; what runs in it adds nothing
COMMAND = "cat"
CHANGE_EVERY_S = 0.15
# a canonical terminal takes 4,096 bytes a line
LINE_KEYS = 60


def run(options: Options) -> list[dict[str, Any]]:
    """Milliseconds from a key to its echo."""
    with real_host() as host, Running() as haulout:
        for name in ("typed", "busy"):
            host.podman("run", "-d", "--name", name, "busybox", "sleep", "1000000")
        try:
            haulout.register([row_of(host)])
            haulout.start()
            haulout.wait_up(1, within_s=30)
            return [
                *figures("quiet", asyncio.run(measure(host, haulout))),
                *figures(
                    f"beside {options.browsers} busy lists",
                    busy(host, haulout, browsers=options.browsers),
                ),
            ]
        finally:
            # a frozen container would outlive its host's power cut
            host.podman("unpause", "--all")


def figures(how: str, found: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Median and p95 of one round."""
    lines = []
    for part, value, goal in (("median", 0.5, f"≤ baseline + {GOAL_MS:g} ms"), ("p95", 0.95, "")):
        ours, theirs = quantile(found["browser"], value), quantile(found["ssh"], value)
        if part == "median":
            ours, theirs = median(found["browser"]), median(found["ssh"])
        lines.append(
            figure(
                BENCH,
                f"echo of a key in a browser's socket, {how}, {part}",
                ours,
                "ms",
                baseline=theirs,
                baseline_name="ssh -t … podman exec -it, keys not held back",
                goal=goal or "(no goal)",
                holds=not goal or ours <= theirs + GOAL_MS,
            )
        )
    return lines


def busy(host: Host, haulout: Running, *, browsers: int) -> dict[str, list[float]]:
    """The same while lists are watched and something changes all the time."""
    with audience(haulout.url, browsers):
        return asyncio.run(measure(host, haulout, changing=True))


async def measure(
    host: Host, haulout: Running, *, changing: bool = False
) -> dict[str, list[float]]:
    """Key by key in turns, so that a busy moment meets both."""
    row = haulout.asked("SELECT endpoint_id, podman_id FROM hosts_container WHERE name = 'typed'")[
        0
    ]
    async with Client(haulout.url) as client, changes(host, on=changing):
        with SshEcho(host) as ssh:
            async with client.socket(f"/ws/terminal/{row[0]}/{row[1]}/") as socket:
                page = PageEcho(socket)
                await page.open()
                found: dict[str, list[float]] = {"ssh": [], "browser": []}
                for number in range(KEYS):
                    key = (
                        b"\n" if number % LINE_KEYS == LINE_KEYS - 1 else b"%c" % (97 + number % 26)
                    )
                    found["ssh"].append(await asyncio.to_thread(ssh.echo, key))
                    found["browser"].append(await page.echo(key))
                return found


def comes_back(key: bytes) -> int:
    """Bytes. A line's end is echoed as two, and `cat` writes the line once more."""
    return LINE_KEYS - 1 + 4 if key == b"\n" else 1


class PageEcho:
    """A terminal in a browser's socket, drawn at once."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._at = 0

    async def open(self) -> None:
        """Returns when `cat` runs."""
        wanted = {"command": COMMAND, "columns": 80, "rows": 24}
        await self._socket.send_json({"open": wanted})
        async with asyncio.timeout(WITHIN_S):
            while '"open"' not in (message := await self._socket.receive()).data:
                if '"ended"' in message.data or '"refused"' in message.data:
                    raise CannotRun(f"the terminal: {message.data}")

    async def echo(self, key: bytes) -> float:
        """Milliseconds until the key is back, and nothing more comes of it."""
        began = time.perf_counter()
        await self._socket.send_bytes(key)
        took_ms, came, wanted = 0.0, 0, comes_back(key)
        async with asyncio.timeout(WITHIN_S):
            while came < wanted:
                message = await self._socket.receive()
                if isinstance(message.data, bytes):
                    took_ms = took_ms or (time.perf_counter() - began) * 1000
                    came += len(message.data)
        self._at += came
        await self._socket.send_json({"drawn": self._at})
        return took_ms


class SshEcho:
    """OpenSSH's client with a terminal of its own, as a person has one."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def __enter__(self) -> Self:
        self._ours, theirs = pty.openpty()
        tty.setraw(theirs)
        command = self._host.ssh_command("podman", "exec", "-it", "typed", COMMAND)
        # OpenSSH's client else holds keys back for up to 20 ms (ssh_config, since 9.5), which would
        # flatter us
        hold = "ObscureKeystrokeTiming"
        command[1:1] = ["-tt", "-o", f"IgnoreUnknown={hold}", "-o", f"{hold}=no"]
        self._child = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        # warnings of Podman come before; the first key tells that all of it is there
        os.write(self._ours, b"\n")
        self._read(until=b"\r\n\r\n")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.write(self._ours, b"\x04")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(2)
        self._child.kill()
        self._child.wait()
        os.close(self._ours)

    def echo(self, key: bytes) -> float:
        """Milliseconds until the key is back."""
        began = time.perf_counter()
        os.write(self._ours, key)
        took_ms, came, wanted = 0.0, 0, comes_back(key)
        while came < wanted:
            data = self._piece()
            took_ms = took_ms or (time.perf_counter() - began) * 1000
            came += len(data)
        return took_ms

    def _read(self, *, until: bytes) -> None:
        came = b""
        while until not in came:
            came += self._piece()

    def _piece(self) -> bytes:
        ready, _, _ = select.select([self._ours], [], [], WITHIN_S)
        if not ready:
            raise CannotRun(f"ssh echoed nothing within {WITHIN_S:g} s")
        return os.read(self._ours, 65536)


@asynccontextmanager
async def changes(host: Host, *, on: bool) -> AsyncIterator[None]:
    """A container that is paused and unpaused all the time, which every list then shows."""

    async def change() -> None:
        async with Podman(UnixDial(str(host.local_socket))) as podman:
            one = host.podman("inspect", "--format", "{{.Id}}", "busy").strip()
            while True:
                await containers.pause(podman, one)
                await asyncio.sleep(CHANGE_EVERY_S)
                await containers.unpause(podman, one)
                await asyncio.sleep(CHANGE_EVERY_S)

    task = asyncio.create_task(change()) if on else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@contextmanager
def audience(url: str, count: int) -> Iterator[None]:
    """So many browsers that watch lists."""
    words = [sys.executable, "-m", "tests.bench.audience", url, str(count)]
    with subprocess.Popen(
        words, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        if child.stdout.readline().strip() != "ready":
            raise CannotRun("the browsers that watch did not come up")
        try:
            yield
        finally:
            child.stdin.close()
            # its tally, else it would complain of nobody who reads it
            child.stdout.read()
