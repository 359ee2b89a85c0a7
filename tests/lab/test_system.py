"""Measuring a real host's disk, checking its store, and tries that broke after they were sent."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hosts.actions.creation import job_filter
from hosts.actions.networks import create_network
from hosts.actions.secrets import create_secret
from hosts.actions.system import check_system
from hosts.actions.volumes import create_volume, remove_volume
from hosts.models import DiskUse, Job
from tests.lab.inventory_rows import mirror, names
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Iterator[Any]:
    one = lab.hosts[0]
    yield one
    one.podman("rm", "-fa", "-t", "0")
    for network in names(one, "network") - {"podman"}:
        one.podman("network", "rm", "-f", network)
    one.podman("secret", "rm", "--all")


@pytest.fixture
def endpoint(host: Any, endpoint_on: Any) -> Any:
    return endpoint_on(host)


@pytest.fixture
def carried(worker: Any, ended: Any) -> Callable[[Any], Any]:
    """`carried(job)`: the job once it has ended well."""
    loop = worker()

    def carry(job: Any) -> Any:
        loop.hand_over([job.pk])
        ended(job, within_s=60)
        assert job.state == "ok", (job.error, job.cause)
        return job

    return carry


def test_the_disk_is_measured_as_podman_measures_it(
    host: Any, endpoint: Any, cast: Any, browser_of: Any
) -> None:
    # an image of two names
    host.podman("tag", "localhost/busybox", "localhost/busybox:again")
    fill = ("sh", "-c", "dd if=/dev/zero of=/d/big bs=1M count=3; echo x > /mine")
    host.podman("run", "--name", "filler", "-v", "data:/d", "localhost/busybox", *fill)
    page = browser_of(cast.charlie).get(f"/hosts/endpoints/{endpoint.pk}/measure/")
    assert page.status_code == 200
    use = DiskUse.objects.get(endpoint=endpoint)
    assert use.size_of("volume", "data") == 3 * 1024**2
    told = {one["Type"]: one for one in json.loads(host.podman("system", "df", "--format", "json"))}
    for kind, word in (
        ("image", "Images"),
        ("container", "Containers"),
        ("volume", "Local Volumes"),
    ):
        assert use.kinds[kind]["count"] == told[word]["Total"]
        assert use.kinds[kind]["active"] == told[word]["Active"]
    assert "3.0 MiB" in page.content.decode()
    host.podman("untag", "localhost/busybox", "localhost/busybox:again")


def test_a_check_finds_no_damage(host: Any, endpoint: Any, person: Any, carried: Any) -> None:
    job = carried(check_system.ask(person, endpoint.pk))
    assert job.result == {"errors": False, "count": 0}
    assert "No damage found." in job.output


def lose(job: Any, **values: Any) -> None:
    """As a worker leaves a job that dies between the host's answer and the outcome."""
    Job.objects.filter(pk=job.pk).update(
        state="running",
        worker="gone",
        claim=1,
        step="act",
        lease_until=timezone.now() - timedelta(seconds=1),
        **values,
    )


def test_what_was_sent_and_lost_is_not_made_twice(
    host: Any, endpoint: Any, person: Any, worker: Any, ended: Any
) -> None:
    volume = create_volume.ask(person, endpoint.pk, name="shop")
    network = create_network.ask(person, endpoint.pk, name="shop")
    secret = create_secret.ask(person, endpoint.pk, name="shop", value=b"hunter2")
    other = create_secret.ask(person, endpoint.pk, name="other", value=b"hunter2")

    def label(job: Any) -> str:
        return str(job_filter(job.pk)["label"][0])

    host.podman("volume", "create", "--label", label(volume), "shop")
    network_id = host.podman("network", "create", "--label", label(network), "shop")
    make = "echo x | podman secret create --label $0 $1 -"
    secret_id = host.run("sh", "-c", make, label(secret), "shop").strip()
    # made by somebody else, meanwhile
    host.run("sh", "-c", make, "a=b", "other")
    jobs = [volume, network, secret, other]
    for job in jobs:
        lose(job)
    worker()
    states = {ended(job, within_s=60).object_name: job.state for job in jobs}
    assert states == {"shop": "ok", "other": "unknown"}
    assert volume.result["id"] == "shop"
    assert secret.result["id"] == secret_id
    made = json.loads(host.podman("network", "inspect", "shop"))
    assert network.result["id"] == made[0]["id"]
    assert network_id


def test_a_removal_that_was_lost_spares_what_was_made_anew(
    host: Any, endpoint: Any, person: Any, worker: Any, ended: Any
) -> None:
    host.podman("volume", "create", "data")
    mirror(endpoint, "volume")
    job = remove_volume.ask(person, (endpoint.pk, "data"))
    # its own was removed before the worker died
    lose(job, before={"created": "2026-01-01T00:00:00Z"})
    worker()
    assert ended(job, within_s=60).state == "ok"
    assert job.result == {"settled": True}
    assert "data" in names(host, "volume")
