"""Files of a container that does not run, renamed and deleted by way of another, judged by Podman."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from hosts.actions import cancel_job
from hosts.actions.files import open_container
from hosts.jobs.errand import ActionFailed
from tests.lab.hosts import Host, Lab
from tests.lab.inventory_rows import mirror
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.test_files import listed, page
from tests.lab.wait import until

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
IMAGE = "localhost/busybox:latest"
SETUP = """mkdir -p /data/sub /else; echo old > /data/old; echo x > '/data/-rf it'; chown 7:8 /data/old
ln -s /else /data/away; echo kept > /else/kept; ln -s sub /data/near"""
SCRIPT = ("sh", "-c", f"test -e /data || {{ {SETUP}; }}; sleep 10000")


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Host:
    return lab.hosts[0]


def mounts(host: Host, user: str) -> str:
    """What Podman says is mounted, past our socket."""
    words = ("unshare", "podman", "mount") if user != "root" else ("mount",)
    return host.podman(*words, user=user)


@pytest.fixture
def stopped(host: Host, endpoint_on: Any) -> Callable[[str], Any]:
    """`stopped(user)`: the row of the container `box`, which has files and does not run."""

    def make(user: str) -> Any:
        host.podman("run", "-d", "--name=box", IMAGE, *SCRIPT, user=user)
        until(
            "its files are there",
            lambda: "away" in host.podman("exec", "box", "ls", "/data", user=user),
        )
        host.podman("stop", "-t", "0", "box", user=user)
        endpoint = endpoint_on(host, user=user)
        mirror(endpoint, "image")
        return mirror(endpoint, "container")["box"]

    return make


@pytest.mark.parametrize("user", ["root", "seal"])
def test_they_are_renamed_and_deleted_and_nothing_of_it_stays(
    host: Host,
    stopped: Any,
    cast: Any,
    browser_of: Any,
    person: Any,
    worker: Any,
    ended: Any,
    user: str,
) -> None:
    box, bob = stopped(user), browser_of(cast.bob)
    offered = listed(bob, f"{page(box)}?path=/data")
    assert "does not run" in offered
    assert "Open files" in offered
    job = open_container.ask(person, (box.endpoint_id, box.podman_id), image=IMAGE)
    worker().hand_over([job.pk])

    def ready() -> bool:
        job.refresh_from_db()
        assert job.state in job.OPEN, (job.error, job.cause)
        return bool(job.progress.get("ready"))

    until("it is open", ready, timeout_s=60)
    shown = listed(bob, f"{page(box)}?path=/data")
    assert "a temporary container" in shown
    assert "does not run" not in shown

    def change(what: str, path: str, **fields: str) -> int:
        url = f"{page(box)}{what}/?path={quote(path)}"
        return int(bob.send(url, fields).status_code)

    assert change("rename", "/data/old", new="sub/new") == 204
    assert change("remove", "/data/-rf it") == 204
    assert change("folder", "/data", new="made") == 204
    # a link that leads elsewhere in the container is followed by nobody here
    assert change("remove", "/data/away/kept") == 422
    cancel_job.ask(person, job.pk)
    assert ended(job, within_s=60).state == "cancelled"
    assert host.podman("ps", "-aq", user=user).split() == [box.podman_id[:12]]
    assert mounts(host, user).strip() == ""
    host.podman("start", "box", user=user)
    asked = "ls /data /data/sub; stat -c %u:%g /data/sub/new; cat /else/kept"
    told = host.podman("exec", "box", "sh", "-c", asked, user=user).split()
    assert set(told) == {
        "/data:",
        "/data/sub:",
        "away",
        "made",
        "near",
        "sub",
        "new",
        "7:8",
        "kept",
    }


def test_it_is_over_when_somebody_removes_the_helper(
    host: Host, stopped: Any, person: Any, worker: Any, ended: Any
) -> None:
    box = stopped("root")
    job = open_container.ask(person, (box.endpoint_id, box.podman_id), image=IMAGE)
    worker().hand_over([job.pk])
    name = f"haulout-files-{job.pk}"
    running = ("ps", "-q", "--filter", f"name={name}")
    until("the helper runs", lambda: bool(host.podman(*running).strip()), timeout_s=60)
    host.podman("rm", "-f", "-t", "0", name)
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert mounts(host, "root").strip() == ""


def test_one_that_runs_needs_none(
    host: Host, stopped: Any, person: Any, worker: Any, ended: Any
) -> None:
    box = stopped("root")
    host.podman("start", "box")
    job = open_container.ask(person, (box.endpoint_id, box.podman_id), image=IMAGE)
    with pytest.raises(ActionFailed, match="Close them first"):
        open_container.ask(person, (box.endpoint_id, box.podman_id), image=IMAGE)
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "failed"
    assert "It is running" in job.error
    assert host.podman("ps", "-aq").split() == [box.podman_id[:12]]
