"""A whole Haulout for tests: the real `manage.py up` on a free port with a data folder of its own."""

import fcntl
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from dashboard.supervisor import launch

CHECKOUT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 180.0  # a start beside other tests on two cores
END_WITHIN_S = 10.0


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def clean_environment(**more: str) -> dict[str, str]:
    """Our environment without what names this test run's own folders."""
    dropped = ("HAULOUT_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "PYTEST_", "SSH_CONNECTION")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
    # several run at once, and one gate has the ports: whoever asks for one names them
    return {**kept, "HAULOUT_GATE_PORT": "0", "HAULOUT_GATE_HTTP_PORT": "0", **more}


def ending_with_us(words: list[str]) -> list[str]:
    """The same command, told to end by the kernel when this process goes, however it goes."""
    return [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), *words]


@dataclass
class Stack:
    """A running `up`. `first_admin_link` is the whole URL that makes the first administrator."""

    data: Path
    port: int = field(default_factory=free_port)
    gate_port: int = field(default_factory=free_port)
    gate_http_port: int = field(default_factory=free_port)
    options: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    url: str = ""
    first_admin_link: str = ""

    def start(self) -> Self:
        """Start it and wait for READY and the link; an early end fails with its own words."""
        words = [sys.executable, str(CHECKOUT / "manage.py"), "up", "--data", str(self.data)]
        self.process = subprocess.Popen(
            ending_with_us([*words, "--port", str(self.port), *self.options]),
            cwd=CHECKOUT,
            env=clean_environment(
                HAULOUT_GATE_PORT=str(self.gate_port),
                HAULOUT_GATE_HTTP_PORT=str(self.gate_http_port),
                **self.environ,
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = self.wait_for(r"^READY (\S+)", within_s=READY_WITHIN_S)
        return self

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def wait_for(self, pattern: str, *, within_s: float = 20.0) -> str:
        """The first group of the next line on the terminal that matches."""
        end = time.monotonic() + within_s
        while True:
            try:
                line = self._lines.get(timeout=max(end - time.monotonic(), 0.001))
            except queue.Empty:
                raise AssertionError(self._story(f"no line like {pattern}")) from None
            if line is None:
                raise AssertionError(self._story(f"ended before a line like {pattern}"))
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found[1] if found.groups() else found[0]

    def _story(self, what: str) -> str:
        logs = [
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted((self.data / "logs").glob("*.log"))
        ]
        return "\n".join([f"up: {what} within its time", *self.lines, *logs])

    def read_first_link(self) -> str:
        """Wait for the one-time link of the first administrator."""
        self.first_admin_link = self.wait_for(r"administrator.*(https?://\S+)")
        return self.first_admin_link

    def manage(self, *words: str, given: str | None = None, timeout_s: float = 240.0) -> str:
        """Output of another command on the same data folder; fails when it fails."""
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / "manage.py"), *words],
            cwd=CHECKOUT,
            env=clean_environment(**{**self.environ, "HAULOUT_DATA": str(self.data)}),
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
        )
        assert done.returncode == 0, f"manage.py {' '.join(words)}: {done.stdout}"
        return done.stdout

    def stop(self) -> float:
        """SIGTERM, as systemd does; how many seconds until everything was gone."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_WITHIN_S + 5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        took_s = time.monotonic() - started
        # the reader ends when the last holder of the terminal's pipe has
        self._reader.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return took_s

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


@pytest.fixture(scope="session")
def prepared_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """`prepared_data(path)`: there, a data folder as the first `setup` leaves it, so that `up` has
    nothing to make. Made once in a run of the tests.
    """
    ours = tmp_path_factory.getbasetemp()
    # xdist's processes have theirs side by side in that of the run
    made = (ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "prepared" / "data"
    made.parent.mkdir(exist_ok=True)
    with (made.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            begun = made.with_name("begun")
            shutil.rmtree(begun, ignore_errors=True)
            Stack(begun).manage("setup")
            begun.rename(made)

    def copy(path: Path) -> Path:
        shutil.copytree(made, path, dirs_exist_ok=True)
        return path

    return copy


@pytest.fixture(scope="session")
def stack(prepared_data: Callable[[Path], Path]) -> Iterator[Stack]:
    """One Haulout for the whole session, with its first administrator's link unread by anybody."""
    data = Path(tempfile.mkdtemp(prefix="haulout-stack-"))
    try:
        with Stack(prepared_data(data)) as running:
            running.read_first_link()
            yield running
    finally:
        shutil.rmtree(data, ignore_errors=True)
