"""A whole Haulout with a data folder of its own, for one benchmark, and what its processes cost."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench.figures import CannotRun
from tests.stack import CHECKOUT, Stack, clean_environment

EMAIL, PASSWORD = "bench@example.org", "a long sentence for benches"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Running:
    """Prepared on entry, with an administrator; `start` and `stop` run and end `manage.py up`."""

    def __init__(self) -> None:
        # short: the sockets live in it
        self.data = Path(tempfile.mkdtemp(prefix="hb-", dir="/tmp"))
        self.run_folder = self.data / "run"
        self.environ = {"HAULOUT_RUN": str(self.run_folder)}
        self.stack = self._stack()

    def _stack(self) -> Stack:
        return Stack(self.data, environ=self.environ)

    def __enter__(self) -> Self:
        try:
            self.manage("setup", "--admin-email", EMAIL, "--password-stdin", given=f"{PASSWORD}\n")
        except BaseException:
            shutil.rmtree(self.data, ignore_errors=True)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        if kind is None or not os.environ.get("HAULOUT_BENCH_KEEP"):
            shutil.rmtree(self.data, ignore_errors=True)

    @property
    def url(self) -> str:
        return self.stack.url

    @property
    def database(self) -> Path:
        return self.data / "haulout.sqlite3"

    def start(self) -> None:
        """Returns once it is READY."""
        self._began_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        self.stack = self._stack().start()

    def stop(self) -> None:
        if hasattr(self.stack, "process") and self.stack.process.poll() is None:
            self.stack.stop()

    def manage(self, *words: str, given: str | None = None) -> str:
        """Another command on the same data; its output."""
        return self.stack.manage(*words, given=given)

    def register(self, rows: list[dict[str, Any]]) -> None:
        """Make hosts known; `real_host.row_of` and the simulator give rows. The link sees them."""
        self.child("registered", given=json.dumps(rows))

    def child(self, module: str, *words: str, given: str = "") -> str:
        """Run a module of this folder on our database; its output."""
        done = subprocess.run(
            [sys.executable, "-m", f"tests.bench.{module}", *words],
            cwd=CHECKOUT,
            env=self.child_environ,
            input=given,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise CannotRun(f"{module} failed: {done.stderr[-2000:]}")
        return done.stdout

    @property
    def child_environ(self) -> dict[str, str]:
        """For processes that use the database as ours do."""
        return clean_environment(
            **self.environ,
            HAULOUT_DATA=str(self.data),
            DJANGO_SETTINGS_MODULE="dashboard.settings",
        )

    def asked(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Rows of a question to its database, asked beside it."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def up(self) -> int:
        """How many endpoints are up, with all their lists compared since this start."""
        rows = self.asked(
            "SELECT count(*) FROM hosts_endpoint WHERE state = 'up' AND compared_at >= ?",
            self._began_at,
        )
        return int(str(rows[0][0]))

    def wait_up(self, count: int, *, within_s: float) -> float:
        """Wait until so many are; when it was, by the monotonic clock."""
        until(f"{count} endpoints up", lambda: self.up() >= count, within_s=within_s)
        return time.monotonic()

    def process(self, name: str) -> "Process":
        """The one that runs `manage.py NAME`."""
        for child in _below(self.stack.process.pid):
            words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if name.encode() in words and str(CHECKOUT / "manage.py").encode() in words:
                return Process(child)
        raise CannotRun(f"the process {name} does not run; see {self.data}/logs")


def until(what: str, happens: Callable[[], bool], *, within_s: float) -> None:
    """Wait for it, looking every 50 ms."""
    end = time.monotonic() + within_s
    while not happens():
        if time.monotonic() > end:
            raise CannotRun(f"not within {within_s:.0f} s: {what}")
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Process:
    """What the kernel knows of a process."""

    pid: int

    def cpu_s(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def rss_mib(self) -> float:
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE_BYTES / 2**20

    def forget_peak(self) -> None:
        """What it holds now is its peak from here on."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def peak_mib(self) -> float:
        """The most that was resident since `forget_peak`."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def own_mib(self) -> float:
        """Without what lies in files that other processes share (libraries)."""
        resident, shared = Path(f"/proc/{self.pid}/statm").read_text().split()[1:3]
        return (int(resident) - int(shared)) * _PAGE_BYTES / 2**20


def _below(pid: int) -> list[int]:
    """All descendants."""
    try:
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [one for word in words for one in (int(word), *_below(int(word)))]
