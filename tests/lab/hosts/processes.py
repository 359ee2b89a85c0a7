"""Start, find and end the lab's own processes, known by pid and start time.

Never ends a process by name: a pid counts only together with its start time.
"""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import LabError


def run(
    *command: str,
    text: str | None = None,
    timeout_s: float = 120,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a command to its end and return its standard output; LabError with its stderr."""
    try:
        done = subprocess.run(
            command,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except FileNotFoundError as exc:
        raise LabError(f"{command[0]} is not installed") from exc
    except subprocess.TimeoutExpired as exc:
        raise LabError(f"no end after {timeout_s:g} s: {' '.join(command)}") from exc
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise LabError(f"exit {done.returncode}: {' '.join(command)}: {said}")
    return done.stdout


def wait_until(what: str, happens: Callable[[], bool], *, timeout_s: float = 15) -> None:
    """Look every 20 ms until `happens()`; LabError naming `what` at the deadline. Looks that start programs
    rest twice as long as they took: else they take the time of what they wait for.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        began = time.monotonic()
        if happens():
            return
        ended = time.monotonic()
        if ended > deadline:
            raise LabError(f"waited {timeout_s:g} s in vain: {what}")
        time.sleep(min(max(0.02, 2 * (ended - began)), 0.5))


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat from the state on (index 0 = field 3); None when gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


@dataclass(frozen=True)
class Process:
    """A process of ours. `started` is field 22 of its stat: clock ticks since boot."""

    pid: int
    started: int

    @classmethod
    def find(cls, pid: int) -> "Process | None":
        """The process that has this pid now, if any."""
        fields = _stat(pid)
        return None if fields is None else cls(pid=pid, started=int(fields[19]))

    @property
    def alive(self) -> bool:
        fields = _stat(self.pid)
        return fields is not None and int(fields[19]) == self.started and fields[0] not in "ZX"

    def kill(self) -> None:
        """SIGKILL and wait for its end (30 s). Nothing happens when it is gone already."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            if self.alive:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                if not select.select([handle], [], [], 30)[0]:
                    raise LabError(f"process {self.pid} does not end after SIGKILL")
        except ProcessLookupError:
            pass
        finally:
            os.close(handle)
        reap(self.pid)


def reap(pid: int) -> None:
    """Take the exit status if it is our own child; others' children are their parents' matter."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass


def start(command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None) -> Process:
    """Start a process in a session of its own that outlives the caller, output appended to log."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawnp(
        command[0],
        list(command),
        dict(os.environ if env is None else env),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    process = Process.find(pid)
    if process is None:
        raise LabError(f"{command[0]} ended at once, see {log}")
    return process


def _pids() -> Iterator[int]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            yield int(name)


def only_child(pid: int) -> Process | None:
    """The child of this process, None while it has none."""
    for other in _pids():
        fields = _stat(other)
        if fields is not None and int(fields[1]) == pid:
            return Process.find(other)
    return None


def in_namespace_of(pid: int, *, kind: str = "pid") -> list[tuple[int, str]]:
    """(pid, command line) of every process in the same namespace of that kind."""
    found = []
    try:
        wanted = os.readlink(f"/proc/{pid}/ns/{kind}")
    except (FileNotFoundError, ProcessLookupError):
        return []
    for other in _pids():
        try:
            if os.readlink(f"/proc/{other}/ns/{kind}") == wanted:
                line = Path(f"/proc/{other}/cmdline").read_bytes().replace(b"\0", b" ")
                found.append((other, line.decode(errors="replace").strip()))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # gone, or so much not ours that even root may not look
    return found
