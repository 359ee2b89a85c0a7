"""Units of quadlets on a real host, by the link and a worker: seen, stopped, started, restarted, failed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hosts.actions.units import reset_unit, restart_unit, start_unit, stop_unit
from hosts.models import Endpoint, Job, Unit
from tests.hosts.jobs.conftest import ended, person, vault_keys, worker
from tests.lab.fixtures import LabOf
from tests.lab.hosts import Host
from tests.lab.link_process import Link, link, register, state_of, until
from tests.lab.podman_hosts import emptied
from tests.lab.test_bus import FOLDERS, WEB, quadlet, systemctl

__all__ = ["ended", "link", "person", "vault_keys", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("web", "bad", "store-volume")
BAD = """[Container]
Image=localhost/busybox
Exec=sh -c "exit 3"
[Install]
WantedBy=multi-user.target default.target
"""


@pytest.fixture
def host(lab_of: LabOf) -> Iterator[Host]:
    found = lab_of(systemd=True).hosts[0]
    yield found
    for user, folder in FOLDERS.items():
        ctl, names = systemctl(user), " ".join(NAMES)
        found.ssh(f"{ctl} stop {names} || true; {ctl} reset-failed", user=user)
        found.ssh(f"rm -rf {folder}; {ctl} daemon-reload", user=user)
    emptied(found)


@pytest.fixture
def done(cast: Any, person: Any, worker: Any, ended: Any) -> Callable[..., Job]:
    """`done(action, endpoint, name)`: the job, once it has ended."""
    running = worker()

    def carry(action: Any, endpoint: Endpoint, name: str) -> Job:
        job: Job = action.ask(person, (endpoint.pk, name))
        running.hand_over([job.pk])
        ended(job, within_s=60)
        return job

    return carry


def seen(endpoint: Endpoint, name: str) -> str:
    """The state of a unit in the inventory, or ""."""
    row = Unit.objects.filter(endpoint=endpoint, name=name, gone=None).first()
    return row.state if row else ""


@pytest.mark.parametrize("user", ["root", "seal"])
def test_units_by_the_link_and_the_worker(
    host: Host, link: Link, done: Callable[..., Job], user: str
) -> None:
    quadlet(host, user, "web.container", WEB)
    quadlet(host, user, "store.volume", "[Volume]\n")
    quadlet(host, user, "bad.container", BAD)
    host.ssh(f"{systemctl(user)} start web", user=user)
    endpoint = register(host, user=user)
    until("found", lambda: seen(endpoint, "web.service") == "active")
    web, volume = (Unit.objects.get(name=name) for name in ("web.service", "store-volume.service"))
    assert (web.makes, web.makes_name, web.at_boot) == ("container", "systemd-web", False)
    assert web.source == f"{FOLDERS[user]}/web.container"
    assert (volume.makes, volume.makes_name) == ("volume", "systemd-store")
    assert volume.state == "inactive"
    until("its container", lambda: state_of(endpoint, "systemd-web") == "running")

    before = process(host, user)
    job = done(restart_unit, endpoint, "web.service")
    assert (job.state, job.result) == ("ok", {"changed": True}), (job.error, job.cause)
    assert process(host, user) != before

    job = done(stop_unit, endpoint, "web.service")
    assert job.state == "ok", (job.error, job.cause)
    # the link looked again before the job ended
    assert seen(endpoint, "web.service") in ("inactive", "failed")
    until("its container is gone", lambda: state_of(endpoint, "systemd-web") == "")
    assert "systemd-web" not in host.podman("ps", "-a", "--format", "{{.Names}}", user=user)

    # by hand on the host: Podman's events hint at it
    host.ssh(f"{systemctl(user)} reset-failed; {systemctl(user)} start web bad || true", user=user)
    until("active again", lambda: seen(endpoint, "web.service") == "active", timeout_s=90)
    until("the bad one failed", lambda: seen(endpoint, "bad.service") == "failed", timeout_s=90)
    bad = Unit.objects.get(name="bad.service")
    assert (bad.result, bad.exit_code, bad.at_boot) == ("exit-code", 3, True)

    job = done(reset_unit, endpoint, "bad.service")
    assert job.state == "ok", (job.error, job.cause)
    assert seen(endpoint, "bad.service") == "inactive"
    job = done(start_unit, endpoint, "store-volume.service")
    assert job.state == "ok", (job.error, job.cause)
    assert "systemd-store" in host.podman("volume", "ls", "-q", user=user)


def process(host: Host, user: str) -> str:
    """The container's first process, asked of Podman itself."""
    return host.podman("inspect", "systemd-web", "--format", "{{.State.Pid}}", user=user)
