"""Celery on a whole Haulout: queues served apart, tools that tell the truth, each worker killed in turn."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.lab.hosts.processes import Process
from tests.lab.troubled import Troubled, broken_stack, images_of, troubled
from tests.lab.wait import until
from tests.stack import CHECKOUT, clean_environment

__all__ = ["broken_stack", "troubled"]

pytestmark = pytest.mark.timeout(300)
PULLS = 10
# what a restart of a container that ends at once may take on a busy machine
QUICK_S = 8.0
ENDS_AT_ONCE = ("--stop-signal", "KILL", "localhost/busybox", "sleep", "1000")


def celery(troubled: Troubled, *words: str) -> str:
    """What Celery's own command says, as an administrator types it."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("celery")), "-A", "dashboard", *words],
        cwd=CHECKOUT,
        env=environ_of(troubled),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode in (0, 69), done.stdout + done.stderr
    return done.stdout


def environ_of(troubled: Troubled) -> dict[str, str]:
    return clean_environment(**troubled.stack.environ, HAULOUT_DATA=str(troubled.stack.data))


def active(troubled: Troubled) -> dict[str, list[int]]:
    """Queue to the ids of the jobs that its worker is at."""
    told = json.loads(celery(troubled, "inspect", "active", "--json", "--timeout", "5"))
    return {
        node.split("@")[0]: sorted(pk for task in tasks for pk in (task["args"] or [[]])[0])
        for node, tasks in told.items()
        if all(task["name"] == "hosts.carry_out" for task in tasks)
    }


def readyz(troubled: Troubled) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"{troubled.stack.url}/readyz", timeout=10) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as down:
        return dict(json.load(down))


@contextmanager
def pulling(troubled: Troubled, host: Any, endpoint: int, reference: str) -> Iterator[list[int]]:
    """Ten pulls through the slow door, asked for one by one; cancelled at the end."""
    host.podman("rmi", "-f", "-i", reference)
    jobs = [troubled.ask("pull_image", endpoint, reference=reference)["job"] for _ in range(PULLS)]
    try:
        yield jobs
    finally:
        for job in jobs:
            troubled.ask("cancel_job", job)
        for job in jobs:
            troubled.ended(job)


def restarted_s(troubled: Troubled, endpoint: int, container: str) -> float:
    """Seconds from the click to the end of a restart."""
    began = time.monotonic()
    job = troubled.ask("restart_container", [endpoint, container])["job"]
    troubled.ended_ok(job)
    return time.monotonic() - began


def test_ten_pulls_hold_up_no_restart_and_inspect_shows_them(
    troubled: Troubled, lab: Any, registry: Any
) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    container = troubled.container(host, "--name", "quick", *ENDS_AT_ONCE)
    reference = f"{registry.slow_address}/lab/layers:latest"
    with pulling(troubled, host, endpoint, reference) as jobs:
        until("they are active", lambda: active(troubled).get("long") == jobs, timeout_s=60)
        # four at once on one Podman; the others have no place, so nobody has claimed them
        states = [troubled.job(job)["state"] for job in jobs]
        assert states.count("running") == 4
        assert {
            troubled.job(job)["claim"] for job in jobs if troubled.job(job)["state"] == "queued"
        } == {0}
        assert max(restarted_s(troubled, endpoint, container) for _ in range(3)) < QUICK_S
        found = active(troubled)
        assert (found["short"], found["waits"]) == ([], [])
    troubled.hold(host)


def test_control_shutdown_ends_one_and_a_second_worker_goes_on(
    troubled: Troubled, lab: Any, registry: Any
) -> None:
    """The queue that nobody serves is said; the pull waits and is not lost."""
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    reference = f"{registry.slow_address}/lab/layers:latest"
    host.podman("rmi", "-f", "-i", reference)
    before = troubled.last_entry()
    job = troubled.ask("pull_image", endpoint, reference=reference)["job"]
    until("it runs", lambda: troubled.job(job)["state"] == "running", timeout_s=60)
    worker = troubled.worker("long")
    node = f"long@{os.uname().nodename}"
    celery(troubled, "control", "shutdown", "-d", node)
    until("it ends", lambda: not worker.alive, timeout_s=20)
    lacking = "no worker serves long"
    until("/readyz says it", lambda: readyz(troubled)["queues"].get("why") == lacking, timeout_s=30)
    assert troubled.job(job)["state"] in ("queued", "running")
    with second_worker(troubled, "long"):
        troubled.ended_ok(job)
        until("/readyz is well", lambda: readyz(troubled)["queues"]["state"] == "up", timeout_s=30)
        assert node in celery(troubled, "inspect", "ping", "--timeout", "5")
    assert troubled.job(job)["lost_workers"] == 0
    assert len(images_of(host, reference)) == 1
    assert troubled.verbs(before, "outcome") == {("image.pull", "ok"): 1}
    # the others serve on, and a new start serves all
    troubled.process("worker").kill()
    troubled.worker("long")
    host.podman("rmi", "-f", reference)
    troubled.hold(host)


@contextmanager
def second_worker(troubled: Troubled, queue: str) -> Iterator[None]:
    """`manage.py worker --queues QUEUE` by hand, ended orderly."""
    log = troubled.stack.data / "logs" / "second-worker.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, str(CHECKOUT / "manage.py"), "worker", "--queues", queue],
            cwd=CHECKOUT,
            env=environ_of(troubled),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
            process.terminate()
            assert process.wait(20) == 0, log.read_text()[-3000:]
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize("queue", ["short", "long", "waits"])
def test_each_worker_killed_in_turn_leaves_one_outcome(
    queue: str, troubled: Troubled, lab: Any, registry: Any
) -> None:
    """Ten restarts, a pull and a wait are under way: what had begun is settled, the rest just goes on."""
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    reference = f"{registry.slow_address}/lab/layers:latest"
    host.podman("rmi", "-f", "-i", reference)
    waited = troubled.container(host, "--name", "waited", *ENDS_AT_ONCE)
    slow = ("--stop-timeout", "2", "localhost/busybox")
    trap = ("sh", "-c", "trap '' TERM; while :; do sleep 0.2; done")
    made = [troubled.container(host, "--name", f"one{n}", *slow, *trap) for n in range(10)]
    before = troubled.last_entry()
    pull = troubled.ask("pull_image", endpoint, reference=reference)["job"]
    wait = troubled.ask("wait_container", [endpoint, waited])["job"]
    batch = [troubled.ask("restart_container", [endpoint, one])["job"] for one in made]
    until(
        "all kinds run",
        lambda: all(
            any(troubled.job(job)["state"] == "running" for job in kind)
            for kind in ([pull], [wait], batch)
        ),
        timeout_s=60,
    )
    worker = troubled.worker(queue)
    worker.kill()
    killed = time.monotonic()
    troubled.ended_ok(*batch, pull)
    if queue == "waits":
        until("it listens on", lambda: troubled.job(wait)["claim"] == 2, timeout_s=40)
    host.podman("kill", waited)
    troubled.ended_ok(wait)
    took_s = time.monotonic() - killed
    lost = {job: troubled.job(job)["lost_workers"] for job in (*batch, pull, wait)}
    # at most the four restarts that had their places
    assert sum(lost[job] for job in batch) <= (4 if queue == "short" else 0)
    assert (lost[pull], lost[wait]) == (int(queue == "long"), int(queue == "waits"))
    assert troubled.verbs(before, "outcome") == {
        ("container.restart", "ok"): 10,
        ("image.pull", "ok"): 1,
        ("container.wait", "ok"): 1,
    }
    assert took_s < 90
    host.podman("rmi", "-f", reference)
    troubled.hold(host)


def test_processes_end_with_their_parent(troubled: Troubled) -> None:
    """Also when it is killed: nothing serves a queue behind the back of the next one."""
    children: list[Process] = [troubled.worker(queue) for queue in ("short", "long", "waits")]
    parent = troubled.process("worker")
    parent.kill()
    until("they end", lambda: not any(child.alive for child in children), timeout_s=15)
    until("others serve", lambda: troubled.worker("short").pid != children[0].pid, timeout_s=60)
