"""What people do on a host by hand shows in the inventory and in the audit log."""

import pytest

from audit.models import Entry
from hosts.models import Container, Endpoint, Image, Network, Pod, Volume
from tests.lab.hosts import Lab
from tests.lab.link_process import Link, link, register, state_of, until

__all__ = ["link"]
pytestmark = pytest.mark.usefixtures("clean_hosts")


def observed(verb: str, name: str) -> list[Entry]:
    return list(Entry.objects.filter(kind="observed", verb=verb, target_name=name))


def test_a_container_appears_stops_and_goes(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    endpoint = register(host)
    host.podman("run", "-d", "--name", "seal", "localhost/logger")
    assert until("seen", lambda: state_of(endpoint, "seal") == "running") < 2
    row = Container.objects.get(name="seal")
    assert row.image == "localhost/logger:latest"
    host.podman("stop", "-t", "0", "seal")
    until("stopped", lambda: state_of(endpoint, "seal") == "exited")
    # only inspect tells a stop from an end, so the container must still be there a second later
    until("observed stop", lambda: len(observed("container.stop", "seal")) == 1)
    host.podman("rm", "seal")
    until("gone", lambda: state_of(endpoint, "seal") == "")
    row.refresh_from_db()
    assert row.gone is not None
    until("observed removal", lambda: len(observed("container.remove", "seal")) == 1)
    assert len(observed("container.create", "seal")) == 1
    assert len(observed("container.start", "seal")) == 1


def test_every_kind_is_mirrored(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    endpoint = register(host)
    host.podman("volume", "create", "floe")
    host.podman("network", "create", "strait")
    host.podman("pod", "create", "--name", "herd")
    try:
        for model, name in ((Volume, "floe"), (Network, "strait"), (Pod, "herd")):
            rows = model.objects.filter(endpoint=endpoint, name=name, gone=None)
            until(f"{name} is seen", rows.exists)
        assert Image.objects.filter(endpoint=endpoint, name="localhost/logger:latest").exists()
        infra = Container.objects.filter(pod_name="herd", is_infra=True, gone=None)
        until("the pod's own container is seen", infra.exists)
    finally:
        host.podman("network", "rm", "strait")
        host.podman("volume", "rm", "floe")
    until("gone", lambda: not Volume.objects.filter(name="floe", gone=None).exists())


def test_facts_of_the_host_are_kept(lab: Lab, link: Link) -> None:
    endpoint = register(lab.hosts[0])
    assert endpoint.podman_version.startswith(lab.hosts[0].podman_version)
    assert endpoint.info["host"]["memTotal"] > 0
    assert endpoint.graph_root


def test_a_rootless_endpoint_beside_the_rootful_one(lab: Lab, link: Link) -> None:
    host = lab.rootless
    rootful = register(host)
    rootless = register(host, user="seal")
    host.podman("run", "-d", "--name", "pup", "localhost/logger", user="seal")
    until("seen", lambda: state_of(rootless, "pup") == "running")
    assert state_of(rootful, "pup") == ""
    rootless.refresh_from_db()
    assert rootless.rootless is True


def test_the_same_store_twice_is_refused_by_name(lab: Lab, link: Link) -> None:
    first = register(lab.hosts[0])
    second = register(lab.hosts[0], name="twin", wait=False)
    until("refused", lambda: Endpoint.objects.get(pk=second.pk).reason_kind == "same-store")
    second.refresh_from_db()
    assert str(first) in second.reason
    assert not Container.objects.filter(endpoint=second).exists()
    assert not Image.objects.filter(endpoint=second).exists()


def test_a_restart_policy_is_nobodys_doing(lab: Lab, link: Link) -> None:
    host = lab.hosts[0]
    endpoint = register(host)
    command = ["sh", "-c", "sleep 0.3; exit 3"]
    policy = ["--restart", "on-failure:3"]
    host.podman("run", "-d", "--name", "crash", *policy, "localhost/busybox", *command)
    ended = Container.objects.filter(endpoint=endpoint, name="crash", state="exited", restarts=3)
    until("given up", ended.exists, timeout_s=30)
    # a restart is counted before it is made: the last try may still be to come

    def deaths() -> int:
        which = ("--filter", "container=crash", "--filter", "event=died")
        return len(host.podman("events", "--stream=false", *which).splitlines())

    until("at rest", lambda: deaths() == 4, timeout_s=30)
    # the removal comes after everything that the policy did
    host.podman("rm", "crash")
    until("observed", lambda: len(observed("container.remove", "crash")) == 1)
    assert len(observed("container.start", "crash")) == 1
    assert observed("container.stop", "crash") == []
