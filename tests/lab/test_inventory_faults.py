"""After each fault the inventory says again what is true on the host (R6, R7, R8, R16, T6)."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from audit.models import Entry
from hosts.models import Container, Endpoint, Login
from tests.lab.hosts import Host, Lab
from tests.lab.link_process import Link, answers, link, register, reload, state_of, until, up

__all__ = ["link"]
pytestmark = pytest.mark.usefixtures("faults", "clean_hosts")


@pytest.fixture
def clocks() -> float:
    """A tenth, where the test does not say otherwise."""
    return 0.1


@pytest.fixture(autouse=True)
def _clocks(clocks: float, settings: Any) -> None:
    """Before the link of a test connects."""
    settings.HAULOUT_CLOCKS = clocks


def login_state(endpoint: Endpoint) -> str:
    return Login.objects.get(pk=endpoint.login_id).state


def test_power_cut_and_boot(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    endpoint = register(host)
    host.podman("run", "-d", "--name", "victim", "localhost/logger")
    until("running", lambda: state_of(endpoint, "victim") == "running")
    host.power_cut()
    until("away", lambda: login_state(endpoint) == "away", timeout_s=20)
    endpoint.refresh_from_db()
    assert endpoint.state == "away"
    # what was there is still shown, as last seen
    assert state_of(endpoint, "victim") == "running"
    host.boot()
    assert until("up again", lambda: up(endpoint), timeout_s=20) < 6
    until("true state", lambda: state_of(endpoint, "victim") == "exited")
    boots = Entry.objects.filter(kind="observed", verb="host.boot", host_name=host.name)
    until("boot is told", boots.exists)


@pytest.mark.parametrize("clocks", [0.1, pytest.param(1.0, marks=pytest.mark.more)])
def test_network_cut_for_twenty_seconds(lab: Lab, link: Link, clocks: float) -> None:
    host, other = lab.hosts
    endpoint, neighbour = register(host), register(other)
    host.network_down()
    assert until("away", lambda: login_state(endpoint) == "away", timeout_s=25) <= 1 + max(
        15 * clocks, 5
    )
    assert login_state(neighbour) == "up"
    # containers go on living without us
    host.podman("run", "-d", "--name", "hermit", "localhost/logger")
    other.podman("run", "-d", "--name", "neighbour", "localhost/logger")
    assert until("others are seen", lambda: state_of(neighbour, "neighbour") == "running") < 3
    host.network_up()
    assert until("up again", lambda: up(endpoint), timeout_s=20) < 6
    until("what happened meanwhile", lambda: state_of(endpoint, "hermit") == "running")
    told = Entry.objects.filter(kind="observed", verb="container.create", target_name="hermit")
    until("it is told", told.exists)


def test_sshd_killed(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    endpoint = register(host)
    host.kill_sshd()
    assert until("away", lambda: login_state(endpoint) == "away", timeout_s=20) < 5
    login = Login.objects.get(pk=endpoint.login_id)
    until("the reason", lambda: Login.objects.get(pk=login.pk).reason_kind == "port-closed")
    login.refresh_from_db()
    assert login.next_try_at is not None
    assert "systemctl" in login.cure
    host.start_sshd()
    assert until("up again", lambda: up(endpoint), timeout_s=20) < 6


def test_podman_killed_removes_nothing(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    endpoint = register(host)
    host.podman("run", "-d", "--name", "survivor", "localhost/logger")
    until("running", lambda: state_of(endpoint, "survivor") == "running")
    host.kill_podman()
    until("degraded", lambda: Endpoint.objects.get(pk=endpoint.pk).state == "degraded")
    assert login_state(endpoint) == "up"
    assert not Container.objects.exclude(gone=None).exists()
    host.start_podman()
    until("up again", lambda: up(endpoint), timeout_s=35)
    host.podman("stop", "-t", "0", "survivor")
    until("events flow again", lambda: state_of(endpoint, "survivor") == "exited", timeout_s=10)


def test_idle_exit_is_no_fault(lab: Lab, link: Link) -> None:
    host = lab.hosts[1]
    assert host.idle_exit_s
    endpoint = register(host)
    host.podman("run", "-d", "--name", "dozer", "localhost/logger")
    until("seen", lambda: state_of(endpoint, "dozer") == "running")
    assert up(endpoint)


def test_a_changed_host_key_stops_before_any_login(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    endpoint = register(host)
    accepted = auth_attempts(host)
    assert accepted > 0
    host.new_host_key()
    until("stopped", lambda: login_state(endpoint) == "stopped", timeout_s=20)
    login = Login.objects.get(pk=endpoint.login_id)
    assert login.reason_kind == "host-key-changed"
    assert login.next_try_at is None
    alarm = Entry.objects.filter(kind="event", verb="host.key_changed")
    until("alarm", alarm.exists)
    assert auth_attempts(host) == accepted
    # a person accepts the new key
    row = endpoint.host
    row.host_key = host.host_key_line
    row.save()
    reload()
    until("up again", lambda: up(endpoint))
    assert alarm.count() == 1


def test_link_killed_and_restarted(lab: Lab, link: Link) -> None:
    link.stop()
    host = lab.hosts[0]
    first = killed_link()
    try:
        endpoint = register(host)
        host.podman("run", "-d", "--name", "before", "localhost/logger")
        until("seen", lambda: state_of(endpoint, "before") == "running")
        epoch = Login.objects.get(pk=endpoint.login_id).epoch
    finally:
        first.kill()
        first.wait()
    host.podman("run", "-d", "--name", "between", "localhost/logger")
    second = Link().start()
    try:
        check_taken_over(endpoint, epoch)
    finally:
        assert second.stop() < 5


def check_taken_over(endpoint: Endpoint, epoch: int) -> None:
    until("taken over", lambda: Login.objects.get(pk=endpoint.login_id).epoch > epoch, timeout_s=3)
    until("seen", lambda: state_of(endpoint, "between") == "running")
    told = Entry.objects.filter(kind="observed", verb="container.create")
    until("told", told.filter(target_name="between").exists)
    assert told.filter(target_name="before").count() == 1


def auth_attempts(host: Host) -> int:
    """Logins that the host's sshd has let in or refused."""
    text = host.run("cat", "/var/log/sshd.log")
    return sum(text.count(word) for word in ("Accepted publickey", "Failed publickey"))


def killed_link() -> "subprocess.Popen[bytes]":
    """A link in a process of its own, on this test's database."""
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    code = (
        "import asyncio, sys, django\n"
        "from django.conf import settings\n"
        "django.setup()\n"
        "from django.db import connection\n"
        "connection.settings_dict['NAME'] = sys.argv[1]\n"
        "from hosts.link.supervise.process import serve\n"
        "asyncio.run(serve(settings.HAULOUT_RUN))\n"
    )
    name = str(settings.DATABASES["default"]["NAME"])
    process = subprocess.Popen([sys.executable, "-c", code, name], env=environ)
    until("the link answers", answers)
    return process
