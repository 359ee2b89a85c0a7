"""However `up` ends, all of it ends: by SIGTERM within ten seconds, by kill -9 through guard and pipe."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.supervisor import reaper
from tests.dashboard.supervisor.processes import holders, members, named, until
from tests.stack import CHECKOUT, Stack

Prepared = Callable[[Path], Path]


def all_started(stack: Stack) -> set[int]:
    """All processes of this start; worker and beat come after READY, and are to be gone as well."""
    log = stack.data / "logs/beat.log"
    before = log.read_text().count("Starting") if log.exists() else 0
    stack.start()
    until(
        lambda: log.exists() and log.read_text().count("Starting") > before,
        within_s=30,
        what="beat started",
    )
    return holders(stack.data)


def test_kill_9_leaves_nothing_and_the_next_start_ends_by_sigterm_within_ten_seconds(
    tmp_path: Path, prepared_data: Prepared
) -> None:
    stack = Stack(prepared_data(tmp_path / "data"))
    pids = all_started(stack)
    os.kill(stack.process.pid, signal.SIGKILL)
    stack.process.wait()
    until(lambda: not members(pids), within_s=10, what="all children gone")
    until(lambda: not holders(stack.data), within_s=2, what="lock free")
    # and nothing that it left hinders the next start
    again = Stack(stack.data)
    pids = all_started(again)
    assert len(pids) >= 5
    assert again.stop() < 10
    assert again.process.returncode == 0
    assert not members(pids)
    assert not holders(stack.data)
    stack.stop()


@pytest.mark.more
def test_ctrl_c_on_a_terminal_ends_all(tmp_path: Path, prepared_data: Prepared) -> None:
    stack = Stack(prepared_data(tmp_path / "data"))
    pids = all_started(stack)
    os.killpg(stack.process.pid, signal.SIGINT)
    assert stack.process.wait(10) == 0
    assert not members(pids)
    stack.stop()


@pytest.mark.more
def test_a_hung_child_is_killed_in_time(tmp_path: Path, prepared_data: Prepared) -> None:
    stack = Stack(prepared_data(tmp_path / "data"))
    pids = all_started(stack)
    os.kill(named(tmp_path / "data", "worker"), signal.SIGSTOP)
    assert stack.stop() < 10
    assert not members(pids)


def test_a_killed_test_run_leaves_nothing() -> None:
    """What tests.stack starts ends with the pytest that started it, also by kill -9."""
    starts = (
        "import subprocess, time; from tests.stack import ending_with_us;"
        "child = subprocess.Popen(ending_with_us(['/bin/sleep', '600']), start_new_session=True);"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    run = subprocess.Popen([sys.executable, "-c", starts], cwd=CHECKOUT, stdout=subprocess.PIPE)
    assert run.stdout is not None
    child = int(run.stdout.readline())
    until(lambda: "sleep" in Path(f"/proc/{child}/cmdline").read_text(), within_s=10, what="up")
    run.kill()
    run.wait()
    run.stdout.close()
    until(lambda: not members({child}), within_s=10, what="its child gone")


def test_grandchildren_end_with_their_child(tmp_path: Path) -> None:
    """The guard ends whole groups, whatever its members think of SIGTERM."""
    stubborn = subprocess.Popen(
        ["sh", "-c", "trap '' TERM; (trap '' TERM; sleep 60) & echo up; wait"],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert stubborn.stdout is not None
    assert stubborn.stdout.readline() == b"up\n"
    watcher = subprocess.Popen(
        [sys.executable, "-I", "-S", reaper.__file__, "0.3"],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    watcher.communicate(f"+{stubborn.pid}\n".encode(), timeout=15)
    stubborn.wait(5)
    until(lambda: not members({stubborn.pid}), within_s=2, what="grandchild gone")
    stubborn.stdout.close()
