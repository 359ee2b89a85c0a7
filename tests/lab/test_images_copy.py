"""Copying images from host to host: root to root, root to a rootless user, and to several."""

import json
from typing import Any

import pytest

from hosts.actions.images import copy_image
from tests.lab.hosts import Host, Lab
from tests.lab.lab_images import commit, mirrored, remove_named
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hosts(lab: Lab, clean_hosts: None) -> Any:
    yield lab.hosts
    for host in lab.hosts:
        for login in host.logins:
            remove_named(host, "/copied/", login.user)


def what(host: Host, name: str, user: str = "root") -> tuple[str, list[str]]:
    (found,) = json.loads(host.podman("image", "inspect", name, user=user))
    return found["Id"], found["RootFS"]["Layers"]


@pytest.mark.parametrize("form", ["docker", "oci"])
def test_the_same_image_arrives_with_its_names(
    hosts: list[Host], endpoint_on: Any, person: Any, worker: Any, ended: Any, form: str
) -> None:
    """To another host's root, and to a rootless user of the same host."""
    source, other = hosts[0], hosts[1]
    name = f"localhost/copied/{form}:1"
    commit(source, name, form)
    source.podman("tag", name, f"quay.io/copied/{form}:2")
    start = endpoint_on(source)
    root, seal = endpoint_on(other), endpoint_on(source, user="seal")
    row = mirrored(source, start, name)
    batch = copy_image.ask_many(person, [(start.pk, row.podman_id)], [root.pk, seal.pk, start.pk])
    jobs = list(batch.jobs.order_by("pk"))
    assert len(jobs) == 2
    worker().hand_over([job.pk for job in jobs])
    for job in jobs:
        assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
        assert job.result["bytes"] > 1_000_000
        (bar,) = job.progress["layers"]
        assert bar["current"] == bar["total"] == job.result["bytes"]
    there = what(source, name)
    assert what(other, f"quay.io/copied/{form}:2") == there
    assert what(source, name, user="seal") == there


def test_what_is_there_already_only_gets_the_names(
    hosts: list[Host], endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    source, other = hosts[0], hosts[1]
    source.podman("tag", "localhost/web:latest", "localhost/copied/web:9")
    start, end = endpoint_on(source), endpoint_on(other)
    row = mirrored(source, start, "localhost/copied/web:9")
    (job,) = copy_image.ask_many(person, [(start.pk, row.podman_id)], [end.pk]).jobs.all()
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert job.result["bytes"] == 0
    assert what(other, "localhost/copied/web:9") == what(source, "localhost/web:latest")


def test_a_source_that_lost_it_is_named(
    hosts: list[Host], endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    source, other = hosts[0], hosts[1]
    commit(source, "localhost/copied/gone:1", "oci")
    start, end = endpoint_on(source), endpoint_on(other)
    row = mirrored(source, start, "localhost/copied/gone:1")
    (job,) = copy_image.ask_many(person, [(start.pk, row.podman_id)], [end.pk]).jobs.all()
    source.podman("rmi", "localhost/copied/gone:1")
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "failed"
    assert job.error == f"{start} no longer has the image."
    assert "copied/gone" not in other.podman("images")
