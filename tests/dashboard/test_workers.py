"""A process for each queue below one: anew after a death, left ended after an orderly end, gone together."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.hosts.processes import Process
from tests.lab.wait import until
from tests.stack import CHECKOUT, ending_with_us

# each writes its pid below its queue's name, and waits for a signal; USR1 is an orderly end
SCRIPT = """
import os, pathlib, signal, sys, time
from dashboard.workers import Workers

folder = pathlib.Path(sys.argv[1])

def serve(queue):
    signal.signal(signal.SIGUSR1, lambda *_: os._exit(0))
    with (folder / queue).open("a") as file:
        file.write(f"{os.getpid()}\\n")
    if queue == "fails":
        raise OSError("no broker")
    while True:
        time.sleep(60)

Workers(sys.argv[2:], serve).run()
"""
Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """`started("a", "b")`: the parent of these."""
    parents: list[subprocess.Popen[str]] = []

    def start(*queues: str) -> "subprocess.Popen[str]":
        words = [sys.executable, "-c", SCRIPT, str(tmp_path), *queues]
        parent = subprocess.Popen(
            ending_with_us(words),
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        parents.append(parent)
        return parent

    yield start
    for parent in parents:
        parent.kill()
        parent.communicate()


@pytest.fixture
def lives(tmp_path: Path) -> Callable[..., list[Process]]:
    """`lives("a", 2)`: the processes that served the queue so far, once there were two."""

    def wait(queue: str, times: int = 1) -> list[Process]:
        file = tmp_path / queue

        def pids() -> list[int]:
            return [int(line) for line in file.read_text().split()] if file.exists() else []

        until(f"{queue} lives for the {times}. time", lambda: len(pids()) >= times)
        return [Process.find(pid) or Process(pid, 0) for pid in pids()]

    return wait


def test_one_that_dies_is_started_again(
    started: Started, lives: Callable[..., list[Process]]
) -> None:
    started("a", "b")
    [first], [other] = lives("a"), lives("b")
    first.kill()
    [_, second] = lives("a", 2)
    assert second.alive
    assert other.alive
    assert len(lives("b")) == 1


def test_one_that_ends_orderly_stays_ended_and_the_last_ends_all(
    started: Started, lives: Callable[..., list[Process]]
) -> None:
    parent = started("a", "b")
    [first], [other] = lives("a"), lives("b")
    os.kill(first.pid, signal.SIGUSR1)
    until("it ends", lambda: not first.alive)
    assert parent.poll() is None
    os.kill(other.pid, signal.SIGUSR1)
    assert parent.wait(10) == 0
    assert len(lives("a")) == 1


def test_told_to_end_they_all_end(started: Started, lives: Callable[..., list[Process]]) -> None:
    parent = started("a", "b")
    both = [*lives("a"), *lives("b")]
    parent.terminate()
    assert parent.wait(10) == 0
    assert not any(one.alive for one in both)


def test_they_end_with_a_killed_parent(
    started: Started, lives: Callable[..., list[Process]]
) -> None:
    parent = started("a", "b")
    both = [*lives("a"), *lives("b")]
    parent.kill()
    until("they end", lambda: not any(one.alive for one in both))


def test_one_that_cannot_live_is_told_and_keeps_nobody_from_ending(
    started: Started, lives: Callable[..., list[Process]]
) -> None:
    parent = started("a", "fails")
    lives("fails", 3)
    [serving] = lives("a")
    assert serving.alive
    parent.terminate()
    output, _ = parent.communicate(timeout=10)
    assert parent.returncode == 0
    assert "OSError: no broker" in output
    assert "a worker ended" in output
