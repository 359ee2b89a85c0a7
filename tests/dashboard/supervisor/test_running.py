"""One running `up`: what it prints, who it refuses, and what it does when children die."""

import json
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.supervisor.healthcheck import CHECKS
from tests.dashboard.supervisor.healths import health_of
from tests.dashboard.supervisor.processes import named, until
from tests.dashboard.supervisor.refused import refused
from tests.stack import Stack, free_port


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("up") / "data"
    environ = {"SSH_CONNECTION": "198.51.100.1 50000 198.51.100.2 2222"}
    with Stack(data, environ=environ) as stack:
        yield stack


def test_over_ssh_it_prints_the_tunnel(running: Stack) -> None:
    line = running.wait_for(r"ssh .*-L .*")
    assert f"-p 2222 -L {running.port}:127.0.0.1:{running.port}" in line
    assert line.endswith("@198.51.100.2")


def test_prints_a_link_that_leads_to_a_page(running: Stack) -> None:
    link = running.read_first_link()
    assert link.startswith(f"{running.url}/welcome/")
    with urllib.request.urlopen(link) as answer:
        assert answer.status == 200


def test_second_up_on_the_same_data_is_refused(running: Stack) -> None:
    line = refused("--data", str(running.data), "--port", str(free_port()))
    assert "already runs" in line
    assert "demo" not in line
    line = refused("--data", str(running.data), "--demo")
    assert "without demo hosts" in line
    assert str(running.process.pid) in line
    assert running.url in line


@pytest.mark.parametrize("process", CHECKS)
def test_the_health_check_of_compose_finds_each_well(running: Stack, process: str) -> None:
    environ = {"HAULOUT_DATA": str(running.data), "HAULOUT_PORT": str(running.port)}
    # beat sends first after ten seconds
    until(
        lambda: health_of(process, **environ) == (0, ""),
        within_s=30,
        what=f"{process} well: {health_of(process, **environ)}",
    )


def test_the_gate_speaks_ssh_and_http_and_is_ready(running: Stack) -> None:
    with socket.create_connection(("127.0.0.1", running.gate_port), timeout=10) as client:
        assert client.makefile("rb").readline() == b"SSH-2.0-Haulout\r\n"
    # plain on a loopback address, as pages are
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"http://127.0.0.1:{running.gate_http_port}/web1/_ping")

    def gate() -> object:
        with urllib.request.urlopen(f"{running.url}/readyz") as answer:
            return json.load(answer)["gate"]["state"]

    until(lambda: gate() == "up", within_s=30, what="the gate in /readyz")


def test_nothing_in_the_data_folder_is_for_others(running: Stack) -> None:
    open_to_others = [
        str(path)
        for path in running.data.rglob("*")
        # static files are everybody's: web hands them out unasked
        if path.lstat().st_mode & 0o007 and "static" not in path.parts
    ]
    assert not open_to_others


def test_requests_wait_for_a_dead_web_to_come_back(running: Stack) -> None:
    before = named(running.data, "web")
    os.kill(before, signal.SIGKILL)
    # the listening socket is the supervisor's: this waits for web's next life
    with urllib.request.urlopen(f"{running.url}/healthz", timeout=30) as answer:
        assert answer.status == 200
    assert named(running.data, "web") != before
    running.wait_for(r"web ended by signal 9")


def test_a_dead_valkey_comes_back(running: Stack) -> None:
    os.kill(named(running.data, "valkey-server"), signal.SIGKILL)
    running.wait_for(r"valkey ended by signal 9")
    run = Path(json.loads((running.data / "lock").read_text())["run"])
    until(lambda: answers(run / "redis.sock"), within_s=10, what="Valkey back")


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
