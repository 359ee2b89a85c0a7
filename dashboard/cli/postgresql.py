"""A PostgreSQL of our own for one test run: Debian's binaries, an unprivileged account, a unix socket."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dashboard.bootstrap.errors import StartError, from_output
from dashboard.supervisor import launch

START_S = 30.0
# the cluster lives as long as the run: nothing in it needs to survive a crash
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "timezone": "UTC",
}


class Server:
    """A running cluster between `with` and its end; `url` is its DATABASE_URL."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="haulout-pg-", dir="/tmp"))
        self.account = _account()
        self.url = f"postgresql://haulout@/postgres?host={self.folder}"

    @classmethod
    def find(cls) -> Self:
        """The newest PostgreSQL on this machine; StartError without one."""
        found = sorted(
            Path("/usr/lib/postgresql").glob("*/bin/initdb"),
            key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
        )
        if not found:
            raise StartError("no PostgreSQL in /usr/lib/postgresql: apt-get install postgresql")
        return cls(found[-1].parent)

    def __enter__(self) -> Self:
        if self.account:
            os.chown(self.folder, self.account["user"], self.account["group"])
        self._run("initdb", "-D", "data", "-U", "haulout", "-A", "trust", "-E", "UTF8", "--no-sync")
        words = [str(self.binaries / "postgres"), "-D", str(self.folder / "data")]
        words += ["-c", f"unix_socket_directories={self.folder}"]
        for name, value in SETTINGS.items():
            words += ["-c", f"{name}={value}"]
        self.log = (self.folder / "log").open("w+")
        self.process = subprocess.Popen(
            [*self._launcher(), *words],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
        )
        end = time.monotonic() + START_S
        while subprocess.run(
            [self.binaries / "pg_isready", "-q", "-h", self.folder, "-U", "haulout"],
            check=False,
        ).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                words_of_it = Path(self.log.name).read_text()
                self.__exit__(None, None, None)
                raise from_output("starting PostgreSQL for the tests", words_of_it)
            time.sleep(0.05)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # "fast": ends sessions and stops
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(10)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launcher(self) -> list[str]:
        """Words before `postgres`: it ends with us, whatever ends us."""
        if not self.account:
            return [sys.executable, "-I", "-S", launch.__file__, str(os.getpid())]
        # a change of account clears the wish to die with the parent, so setpriv does both in order;
        # our own interpreter may lie in a folder that only root can enter
        ids = [f"--reuid={self.account['user']}", f"--regid={self.account['group']}"]
        return ["setpriv", *ids, "--clear-groups", "--pdeathsig=INT", "--"]

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self.binaries / program, *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            **self.account,
        )
        if done.returncode:
            raise from_output(f"{program} for the tests", done.stdout)


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: its own account then, else nobody."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise StartError(
        "PostgreSQL does not run as root, and there is no account `nobody` to run it as"
    )
