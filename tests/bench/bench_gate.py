"""`bench gate`: Podman's and Docker's own roads through the gate, beside the same on the host itself.

On a real Podman host of the lab, with a whole Haulout beside it.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.bench.bench_api import CONTAINERS, kept_connection, remote, remote_to, timed
from tests.bench.bench_logs import LINES, TARGET, rate
from tests.bench.figures import CannotRun, Options, figure, in_turns, median, quantile
from tests.bench.gate_attacks import ATTACKS
from tests.bench.log_lines import container_with_log
from tests.bench.real_host import create_many, real_host, row_of
from tests.bench.running import CHECKOUT, EMAIL, Running, until
from tests.lab.hosts import Host
from tests.lab.hosts.ssh_client import ssh_command

BENCH = "gate"
CALLS, LISTS, ROUNDS = 200, 15, 3
MEMORY_GOAL_MIB = 16
# until an attack is in full swing
ATTACKED_S = 1.0
ARCHIVE = "/v5.0.0/libpod/containers/%s/archive?path=/large.bin"
# what each of many clients asks, as docker does over `system dial-stdio`
REQUEST = (
    b"GET /v5.0.0/libpod/containers/json?all=true HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"
)


def run(options: Options) -> list[dict[str, Any]]:
    """Figures of the parts that are asked for."""
    if unknown := [name for name in options.parts if name not in PARTS]:
        raise CannotRun(f"no part {unknown[0]!r}: there are {', '.join(PARTS)}")
    with (
        tempfile.TemporaryDirectory(prefix="hb-gate-", dir="/tmp") as folder,
        real_host() as host,
        Running() as haulout,
    ):
        haulout.register([row_of(host)])
        haulout.start()
        haulout.wait_up(1, within_s=30)
        gate = gate_of(haulout, Path(folder))
        with gate.forwarded(f"/{host.name}") as socket:
            stage = Stage(host, haulout, gate, socket)
            return [line for name in options.parts or PARTS for line in PARTS[name](stage)]


@dataclass(frozen=True)
class Gate:
    """The gate of a running Haulout, and a key that opens it."""

    port: int
    folder: Path
    known_hosts: str

    @property
    def key_file(self) -> Path:
        return self.folder / "id"

    def ssh(self, *more: str) -> list[str]:
        """OpenSSH's client to it."""
        known = self.folder / "known_hosts"
        known.write_text(f"{self.known_hosts}\n")
        command = ssh_command(key_file=self.key_file, known_hosts=known, port=self.port)
        # the first value counts: of many at once, the last may wait for longer
        return [command[0], "-o", "ConnectTimeout=60", *command[1:], *more]

    @contextmanager
    def forwarded(self, path: str) -> Iterator[Path]:
        """A local socket that leads to the one at `path`, as podman-py does it."""
        socket = self.folder / "forwarded.sock"
        words = self.ssh("-N", "-L", f"{socket}:{path}", "me@127.0.0.1")
        with subprocess.Popen(words) as child:
            try:
                until("the forwarded socket", socket.exists, within_s=10)
                yield socket
            finally:
                child.terminate()


@dataclass(frozen=True)
class Stage:
    """`socket`: leads to the host through the gate."""

    host: Host
    haulout: Running
    gate: Gate
    socket: Path


def gate_of(haulout: Running, folder: Path, email: str = EMAIL) -> Gate:
    """Register a key of this person's."""
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "id")]
    subprocess.run(made, check=True)
    haulout.manage("user", "key", "add", email, "--file", str(folder / "id.pub"))
    public = (haulout.data / "keys" / "gate_host_ed25519_key.pub").read_text()
    port = haulout.stack.gate_port
    return Gate(port, folder, f"[127.0.0.1]:{port} {' '.join(public.split()[:2])}")


def calls(stage: Stage) -> list[dict[str, Any]]:
    """One container inspected on a kept connection, in milliseconds."""
    host = stage.host
    one = host.podman("create", "localhost/busybox", "true").strip()
    with kept_connection(stage.socket, one) as gate, kept_connection(host.local_socket, one) as own:
        ms = in_turns(CALLS, gate=gate, own=own)
    return [
        figure(
            BENCH,
            "a call on a kept connection through the gate, median",
            ms["gate"],
            "ms",
            baseline=ms["own"],
            baseline_name="the same client on the host's own socket",
            goal="≤ baseline + 2 ms",
            holds=ms["gate"] <= ms["own"] + 2,
        )
    ]


def lists(stage: Stage) -> list[dict[str, Any]]:
    """`podman --remote ps -a`, the program's start included, in milliseconds."""
    host, gate = stage.host, stage.gate
    create_many(host, CONTAINERS)
    through = f"ssh://me@127.0.0.1:{gate.port}/{host.name}"
    with tempfile.TemporaryDirectory() as near, tempfile.TemporaryDirectory() as far:
        direct = remote_to(host, Path(near))
        ours = remote(Path(far), through, key_file=gate.key_file, known_hosts=gate.known_hosts)
        ms = in_turns(LISTS, gate=lambda: timed(*ours), direct=lambda: timed(*direct))
    return [
        figure(
            BENCH,
            f"podman --remote ps -a of {CONTAINERS} containers through the gate, median",
            ms["gate"],
            "ms",
            baseline=ms["direct"],
            baseline_name="straight to the host over SSH",
            goal="≤ baseline + 40 ms",
            holds=ms["gate"] <= ms["direct"] + 40,
        )
    ]


def log(stage: Stage) -> list[dict[str, Any]]:
    """The whole log, in lines per second. OpenSSH's client carries it on both roads."""
    target = TARGET % container_with_log(stage.host, "loud", lines=LINES)
    lines_s = in_turns(
        ROUNDS,
        gate=lambda: rate(near(stage.socket, target)),
        direct=lambda: rate(far(stage.host, target)),
    )
    return [
        figure(
            BENCH,
            f"{LINES:,} lines of a log through the gate",
            lines_s["gate"],
            "lines/s",
            baseline=lines_s["direct"],
            baseline_name="curl over ssh",
            goal="≥ 80% of the baseline",
            holds=lines_s["gate"] >= 0.8 * lines_s["direct"],
        )
    ]


def archive(stage: Stage, size_mib: int = 1024) -> list[dict[str, Any]]:
    """A large file out of a container, in MiB/s, and what the gate and the link hold of it."""
    box = f"box-{size_mib}"
    stage.host.podman("run", "-d", "--name", box, "localhost/busybox", "sleep", "100000")
    sparse = ("dd", "of=/large.bin", "bs=1M", f"seek={size_mib}", "count=0")
    stage.host.podman("exec", box, *sparse)
    target = ARCHIVE % box
    processes = {name: stage.haulout.process(name) for name in ("gate", "link")}
    before = {name: process.rss_mib() for name, process in processes.items()}
    for process in processes.values():
        process.forget_peak()
    rates = in_turns(
        ROUNDS,
        gate=lambda: mib_s(near(stage.socket, target), size_mib),
        direct=lambda: mib_s(far(stage.host, target), size_mib),
    )
    grown = {name: process.peak_mib() - before[name] for name, process in processes.items()}
    return [
        figure(
            BENCH,
            f"{size_mib} MiB out of a container through the gate",
            rates["gate"],
            "MiB/s",
            baseline=rates["direct"],
            baseline_name="curl over ssh",
            goal="≥ 50% of the baseline",
            holds=rates["gate"] >= 0.5 * rates["direct"],
        ),
        *(
            figure(
                BENCH,
                f"the {name}'s memory at its most meanwhile",
                grown[name],
                "MiB more",
                baseline=before[name],
                baseline_name="before",
                goal=f"≤ {MEMORY_GOAL_MIB} MiB",
                holds=grown[name] <= MEMORY_GOAL_MIB,
            )
            for name in processes
        ),
    ]


def crowd(stage: Stage, count: int = 200) -> list[dict[str, Any]]:
    """So many clients at once, each with an SSH connection of its own, in seconds until the last."""
    path = f"unix:///{stage.host.name}"
    command = stage.gate.ssh("me@127.0.0.1", "docker", "--host", path, "system", "dial-stdio")
    alone_s = median([asyncio.run(all_served(command, 1)) for _ in range(ROUNDS)])
    took_s = asyncio.run(all_served(command, count))
    return [
        figure(
            BENCH,
            f"{count} clients at once, all of them served",
            took_s,
            "s",
            baseline=alone_s,
            baseline_name="one client alone",
            goal="≤ 10 s",
            holds=took_s <= 10,
        )
    ]


def attacks(stage: Stage) -> list[dict[str, Any]]:
    """Kept calls while somebody else sends what is bad: their 95th percentile, in milliseconds."""
    email = "attacker@example.org"
    stage.haulout.child("second_person_work", email)
    one = stage.host.podman("create", "localhost/busybox", "true").strip()
    folder = stage.gate.folder / "attacker"
    folder.mkdir()
    theirs = gate_of(stage.haulout, folder, email)
    lines = []
    with (
        theirs.forwarded(f"/{stage.host.name}") as socket,
        kept_connection(stage.socket, one) as call,
    ):
        for name in ATTACKS:
            alone = quantile([call() for _number in range(CALLS)], 0.95)
            with attacked(name, socket):
                beside = quantile([call() for _number in range(CALLS)], 0.95)
            lines.append(
                figure(
                    BENCH,
                    f"a kept call while another person plays: {name}, p95",
                    beside,
                    "ms",
                    baseline=alone,
                    baseline_name="the same before",
                    goal="≤ 1.5 × baseline",
                    holds=beside <= 1.5 * alone,
                )
            )
    return lines


@contextmanager
def attacked(name: str, socket: Path) -> Iterator[None]:
    """While the block runs, a process plays it. Its own work counts last: it would be on another machine."""
    words = [
        "nice",
        "-n",
        "19",
        sys.executable,
        "-m",
        "tests.bench.gate_attacks",
        name,
        str(socket),
    ]
    with subprocess.Popen(words, cwd=CHECKOUT) as child:
        try:
            time.sleep(ATTACKED_S)
            if child.poll() is not None:
                raise CannotRun(f"the attack ended by itself: {name}")
            yield
        finally:
            child.terminate()


def near(socket: Path, target: str) -> list[str]:
    """curl on a local socket."""
    return ["curl", "-sgfN", "--unix-socket", str(socket), f"http://podman{target}"]


def far(host: Host, target: str) -> list[str]:
    """curl on the host's own socket, over SSH."""
    words = ["curl", "-sgfN", "--unix-socket", host.socket, f"'http://podman{target}'"]
    return host.ssh_command(*words)


def mib_s(command: list[str], size_mib: int) -> float:
    """MiB/s of a command that prints an archive of this size."""
    began, taken = time.monotonic(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as child:
        assert child.stdout is not None
        while data := child.stdout.read(1024 * 1024):
            taken += len(data)
        status = child.wait()
    if status or taken < size_mib * 2**20:
        raise CannotRun(f"{command[0]} ended with {status} after {taken} bytes")
    return taken / 2**20 / (time.monotonic() - began)


async def all_served(command: list[str], count: int) -> float:
    """Seconds until so many of these commands have their answer."""

    async def one() -> None:
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        # its side stays open until it is answered, as docker's does
        child.stdin.write(REQUEST)
        answer = await child.stdout.read()
        child.stdin.close()
        error = await child.stderr.read()
        await child.wait()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise CannotRun(f"a client was not served: {(answer or error)[:300]!r}")

    began = time.monotonic()
    await asyncio.gather(*(one() for _ in range(count)))
    return time.monotonic() - began


# each by itself, on a host that others may have used before it
PARTS: Final[dict[str, Callable[[Stage], list[dict[str, Any]]]]] = {
    "calls": calls,
    "lists": lists,
    "log": log,
    "small-archive": partial(archive, size_mib=128),
    "archive": archive,
    "crowd": crowd,
    "attacks": attacks,
}
