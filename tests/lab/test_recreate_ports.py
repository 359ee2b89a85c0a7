"""A swap where somebody holds the port between the old one's stop and the new one's start."""

import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hosts.actions.containers import recreate_container, swap_container
from tests.lab.hosts import Host, Lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.swap_cast import IMAGE, QUICK, inspect, order_of, row_of
from tests.lab.wait import until

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
# takes the port as soon as it is free, says so, and lets it go when its input ends; it tries again
# and again, since nothing tells that a port was let go
HOLDER = """
import socket, sys, time
while True:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        one.bind(("0.0.0.0", PORT))
        one.listen()
        break
    except OSError:
        one.close()
        time.sleep(0.001)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Host:
    return lab.hosts[0]


@pytest.fixture
def holder(host: Host) -> Iterator[Callable[[int], subprocess.Popen[str]]]:
    """`holder(port)`: a process on the host that takes the port when nobody has it."""
    running: list[subprocess.Popen[str]] = []

    def hold(port: int) -> subprocess.Popen[str]:
        script = HOLDER.replace("PORT", str(port))
        command = host.inside("python3", "-c", script)
        pipe = subprocess.PIPE
        running.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
        return running[-1]

    yield hold
    for one in running:
        one.communicate(timeout=60)


@pytest.fixture
def swapped(
    host: Host, endpoint_on: Any, person: Any, worker: Any, holder: Any
) -> Callable[[str, int], tuple[Any, subprocess.Popen[str]]]:
    """`swapped(network, port)`: the job of a swap, and who holds its port meanwhile."""

    def swap(network: str, port: int) -> tuple[Any, subprocess.Popen[str]]:
        words = ("--network", network, "-p", f"{port}:80", IMAGE, "sleep", "1000")
        host.podman("run", "-d", "--name", "own", *QUICK, *words, user="seal")
        old = inspect(host, "own", user="seal")
        seal = endpoint_on(host, user="seal")
        row_of(seal, old)
        holds = holder(port)
        job = recreate_container.ask(
            person, (seal.pk, old["Id"]), params=order_of(old, workdir="/tmp"), env={}, watch_s=1
        )
        worker().hand_over([job.pk])
        assert holds.stdout.readline() == "held\n"
        return job, holds

    return swap


def _says(job: Any, words: str) -> None:
    def said() -> bool:
        job.refresh_from_db()
        return words in job.output

    until(f"{job} says {words}", said, timeout_s=60)


@pytest.mark.parametrize(("network", "port"), [("pasta", 18081), ("bridge", 18082)])
def test_the_new_one_starts_once_its_port_is_let_go(
    host: Host, swapped: Any, ended: Any, monkeypatch: pytest.MonkeyPatch, network: str, port: int
) -> None:
    monkeypatch.setattr(swap_container, "PORT_PATIENCE_S", 120)
    job, holds = swapped(network, port)
    _says(job, "still in use")
    holds.communicate(timeout=60)
    assert ended(job, within_s=120).state == "ok", (job.error, job.cause)
    new = inspect(host, "own", user="seal")
    assert (new["Config"]["WorkingDir"], new["State"]["Running"]) == ("/tmp", True)


def test_a_port_that_stays_held_brings_the_old_one_back(
    host: Host, swapped: Any, ended: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, holds = swapped("pasta", 18083)
    _says(job, "Restoring")
    monkeypatch.setattr(swap_container, "PORT_PATIENCE_S", 120)
    holds.communicate(timeout=60)
    assert ended(job, within_s=120).state == "failed"
    assert "ddress already in use" in job.cause
    assert "restored" in job.error
    old = inspect(host, "own", user="seal")
    assert (old["Id"], old["State"]["Running"]) == (job.object_id, True)
