"""Kube YAML on a real host: played, taken down, generated; judged by asking Podman afterwards."""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from hosts.actions.creation import job_filter
from hosts.actions.guardrails import lock
from hosts.actions.kube import down_kube, play_kube
from hosts.actions.kube.kube_plan import plan_of
from hosts.dial import dial
from hosts.models import INVENTORY, Job
from hosts.podman import Podman, kube
from tests.lab.hosts import Host, Lab
from tests.lab.kube_files import with_pin
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "canary-9d1f-in-a-secret"
SHOP = with_pin(base64.b64encode(CANARY.encode()).decode())


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Iterator[Host]:
    one = lab.hosts[0]
    yield one
    one.podman("pod", "rm", "-af")
    one.podman("secret", "rm", "--all")
    one.podman("volume", "rm", "-f", "stock")


@pytest.fixture
def carry(worker: Any, ended: Any) -> Callable[[Any], Any]:
    def run(job: Any) -> Any:
        worker().hand_over([job.pk])
        return ended(job, within_s=60)

    return run


def test_up_and_down(
    host: Host, endpoint_on: Any, person: Any, carry: Callable[[Any], Any]
) -> None:
    endpoint = endpoint_on(host)
    job = carry(play_kube.ask(person, endpoint.pk, text=SHOP))
    assert job.state == "ok", (job.error, job.cause)
    found = json.loads(host.podman("pod", "inspect", "shop"))
    made = found[0] if isinstance(found, list) else found
    assert made["Id"] == job.result["id"]
    assert made["State"] == "Running"
    assert made["Labels"]["team"] == "sea"
    assert host.podman("exec", "shop-front", "sh", "-c", "echo $PIN").strip() == CANARY
    assert "stock" in host.podman("volume", "ls", "-q").split()
    # sealed while it is needed, gone with the outcome, and in no entry
    assert Job.objects.get(pk=job.pk).sealed_params is None
    assert not any(CANARY in bytes(e.canonical).decode() for e in Entry.objects.all())

    # the link is not running here: what it would have mirrored
    seen(endpoint, "pod", made["Id"], "shop")
    seen(endpoint, "volume", "stock", "stock")
    job = carry(down_kube.ask(person, endpoint.pk, text=SHOP))
    assert job.state == "ok", (job.error, job.cause)
    assert host.podman("pod", "ls", "-q").strip() == ""
    assert "stock" in host.podman("volume", "ls", "-q").split()


def seen(endpoint: Any, kind: str, podman_id: str, name: str) -> None:
    now = timezone.now()
    INVENTORY[kind].objects.create(
        endpoint=endpoint, podman_id=podman_id, name=name, digest="", seen_at=now, changed_at=now
    )


def test_a_broken_try_leaves_one_pod(
    host: Host, endpoint_on: Any, person: Any, carry: Callable[[Any], Any]
) -> None:
    job = play_kube.ask(person, endpoint_on(host).pk, text=SHOP)
    (label,) = job_filter(job.pk)["label"]
    host.podman("pod", "create", "--name", "shop", "--label", label)
    assert carry(job).state == "ok", (job.error, job.cause)
    assert len(host.podman("pod", "ls", "-q").split()) == 1
    assert (
        host.podman("inspect", "shop-front", "--format", "{{.State.Status}}").strip() == "running"
    )


def test_a_volume_in_use_stays_and_is_said(
    host: Host, endpoint_on: Any, person: Any, carry: Callable[[Any], Any]
) -> None:
    """Podman takes down the rest and says nothing."""
    host.podman("pod", "create", "--name", "shop")
    host.podman("create", "--name", "other", "-v", "stock:/x", "localhost/busybox", "true")
    endpoint = endpoint_on(host)
    seen(endpoint, "pod", "shop-id", "shop")
    job = carry(down_kube.ask(person, endpoint.pk, text=SHOP, volumes=True))
    assert (job.state, "stock" in job.cause) == ("failed", True), (job.error, job.cause)
    assert host.podman("pod", "ls", "-q").strip() == ""
    assert "stock" in host.podman("volume", "ls", "-q").split()
    # a lock of what has nothing to do with it is not in the way where no pod goes
    host.podman("secret", "create", "till", "/etc/hostname")
    seen(endpoint, "secret", "till-id", "till")

    seen(endpoint, "container", "other-id", "other")
    lock.lock_object(person, "container", (endpoint.pk, "other-id"), reason="audit")
    job = carry(down_kube.ask(person, endpoint.pk, text=SHOP))
    assert job.state == "ok", (job.error, job.cause)
    assert host.podman("secret", "ls", "-q").strip() == ""
    host.podman("rm", "-f", "other")


def test_podmans_own_words_and_nothing_left(
    host: Host, endpoint_on: Any, person: Any, carry: Callable[[Any], Any]
) -> None:
    text = SHOP.replace(
        '["sleep", "999"]', '["sleep", "999"]\n    resources: {limits: {memory: much}}'
    )
    job = carry(play_kube.ask(person, endpoint_on(host).pk, text=text))
    assert job.state == "failed"
    assert "quantit" in f"{job.error} {job.cause}"
    assert host.podman("pod", "ls", "-q").strip() == ""


def test_generated(host: Host, endpoint_on: Any) -> None:
    host.podman("run", "-d", "--name", "front", "-e", "A=b", "localhost/busybox", "sleep", "999")
    endpoint = endpoint_on(host)

    async def ask() -> str:
        async with Podman(dial(endpoint, streams=True)) as podman:
            return await kube.generate(podman, ["front"])

    plan = plan_of(asyncio.run(ask()))
    assert plan.images == ["localhost/busybox:latest"]
