"""Verbs of pods on a real host, judged by asking Podman afterwards."""

import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from django.utils import timezone

from hosts.actions.creation import job_filter
from hosts.actions.pods import (
    create_pod,
    kill_pod,
    pause_pod,
    remove_pod,
    restart_pod,
    start_pod,
    stop_pod,
    unpause_pod,
)
from hosts.models import Pod
from tests.lab.hosts import Host, Lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
Do = Callable[..., Any]


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Iterator[Host]:
    one = lab.hosts[0]
    yield one
    one.podman("pod", "rm", "-af")


@pytest.fixture
def shop(host: Host) -> str:
    """A pod with one member that stays; its full id."""
    pod = host.podman("pod", "create", "--name", "shop").strip()
    host.podman(
        "run", "-d", "--pod", "shop", "--name", "front", "localhost/busybox", "sleep", "999"
    )
    return pod


@pytest.fixture
def do(person: Any, worker: Any, ended: Any) -> Do:
    """Carry a verb out on a mirrored pod: a row as the link would have written it."""

    def carry(action: ModuleType, endpoint: Any, pod_id: str, **params: Any) -> Any:
        now = timezone.now()
        Pod.objects.get_or_create(
            endpoint=endpoint,
            podman_id=pod_id,
            defaults={"name": "shop", "digest": "", "seen_at": now, "changed_at": now},
        )
        job = action.ask(person, (endpoint.pk, pod_id), **params)
        worker().hand_over([job.pk])
        return ended(job, within_s=60)

    return carry


def state(host: Host, pod: str = "shop") -> str:
    return host.podman("pod", "inspect", pod, "--format", "{{.State}}").strip()


def test_through_its_life(host: Host, shop: str, endpoint_on: Any, do: Do) -> None:
    endpoint = endpoint_on(host)
    started = host.podman("inspect", "front", "--format", "{{.State.StartedAt}}")
    assert do(restart_pod, endpoint, shop).state == "ok"
    assert state(host) == "Running"
    assert host.podman("inspect", "front", "--format", "{{.State.StartedAt}}") != started
    assert do(pause_pod, endpoint, shop).state == "ok"
    assert state(host) == "Paused"
    assert do(unpause_pod, endpoint, shop).state == "ok"
    assert state(host) == "Running"
    assert do(stop_pod, endpoint, shop, timeout_s=1).state == "ok"
    assert state(host) == "Exited"
    assert do(start_pod, endpoint, shop).state == "ok"
    assert state(host) == "Running"
    assert do(kill_pod, endpoint, shop, signal="KILL").state == "ok"
    assert state(host) in ("Exited", "Degraded")
    assert do(start_pod, endpoint, shop).state == "ok"
    refused = do(remove_pod, endpoint, shop)
    assert refused.state == "failed"
    assert "running" in refused.error + refused.cause
    assert do(remove_pod, endpoint, shop, force=True).state == "ok"
    assert host.podman("pod", "ls", "-q").strip() == ""


def test_a_pod_as_the_form_makes_it(
    host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    job = create_pod.ask(
        person,
        endpoint_on(host).pk,
        name="shop",
        ports=[{"host_ip": "", "host_port": 8099, "container_port": 80, "protocol": "tcp"}],
        hostname="till",
        shared=["net", "uts", "pid"],
        restart="always",
        labels={"team": "sea"},
    )
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    found = json.loads(host.podman("pod", "inspect", "shop"))
    made = found[0] if isinstance(found, list) else found
    assert made["Id"] == job.result["id"]
    assert made["Hostname"] == "till"
    assert sorted(made["SharedNamespaces"]) == ["net", "pid", "uts"]
    assert made["Labels"]["team"] == "sea"
    assert made["InfraConfig"]["PortBindings"]["80/tcp"][0]["HostPort"] == "8099"
    assert made["RestartPolicy"] == "always"


def test_a_taken_name_is_podmans_refusal(
    host: Host, shop: str, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    job = create_pod.ask(person, endpoint_on(host).pk, name="shop")
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "failed"
    assert "already" in f"{job.error} {job.cause}"


def test_a_broken_try_makes_no_second_pod(
    host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    job = create_pod.ask(person, endpoint_on(host).pk, name="shop")
    (label,) = job_filter(job.pk)["label"]
    made = host.podman("pod", "create", "--name", "shop", "--label", label).strip()
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert job.result["id"] == made
