"""Manifest lists through a real worker: made, filled, described, pushed, removed. Never by their
platform's image, which Podman takes instead of the list when asked by id.
"""

import json
from typing import Any

import pytest

from hosts.actions.images import create_list, edit_list, push_image, remove_image, tag_image
from hosts.refusals import Refusal
from tests.lab.hosts import Host, Lab
from tests.lab.hosts.registry import Registry
from tests.lab.lab_images import keep_password, mirrored, mirrored_list, names_on
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "keep_password", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "localhost/lists/app:1"


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Any:
    one = lab.hosts[0]
    yield one
    for name in names_on(one):
        if "/lists/" in name:
            one.podman("manifest", "rm", name)


def platforms(host: Host, name: str = NAME) -> list[str]:
    """“linux/amd64” of each entry, as Podman itself tells."""
    found = json.loads(host.podman("manifest", "inspect", name))
    told = [one["platform"] for one in found.get("manifests") or []]
    return ["/".join(filter(None, (p["os"], p["architecture"], p.get("variant")))) for p in told]


@pytest.fixture
def done(worker: Any, ended: Any) -> Any:
    """`done(job)`: carry it out and say how it ended."""
    loop = worker()

    def run(job: Any) -> str:
        loop.hand_over([job.pk])
        return str(ended(job, within_s=60).state)

    return run


def test_the_life_of_a_list(
    host: Host,
    registry: Registry,
    endpoint_on: Any,
    person: Any,
    done: Any,
    keep_password: Any,
) -> None:
    keep_password()
    endpoint = endpoint_on(host)
    image = mirrored(host, endpoint, "localhost/busybox:latest")
    job = create_list.ask(person, [(endpoint.pk, image.podman_id)], name="lists/app:1")
    assert done(job) == "ok", (job.error, job.cause)
    assert len(platforms(host)) == 1

    ref = (endpoint.pk, mirrored_list(host, endpoint, NAME).podman_id)
    job = edit_list.ask_add(person, ref, image="localhost/web:latest", all_images=False)
    assert done(job) == "ok", (job.error, job.cause)
    remote = f"{registry.address}/lab/busybox:latest"
    job = edit_list.ask_add(person, ref, image=remote, all_images=False)
    assert done(job) == "ok", (job.error, job.cause)
    entries = json.loads(host.podman("manifest", "inspect", NAME))["manifests"]
    assert len(entries) == 3
    digest = entries[0]["digest"]
    job = edit_list.ask_annotate(person, ref, digest=digest, os="linux", arch="arm64", variant="v8")
    assert done(job) == "ok", (job.error, job.cause)
    assert "linux/arm64/v8" in platforms(host)
    job = edit_list.ask_annotate(person, ref, digest=digest, notes="lab.tide = high=1\n\nlab.by=me")
    assert done(job) == "ok", (job.error, job.cause)
    assert "linux/arm64/v8" in platforms(host)
    job = edit_list.ask_annotate(person, ref, digest="", notes="lab.list=whole")
    assert done(job) == "ok", (job.error, job.cause)
    told = json.loads(host.podman("manifest", "inspect", NAME))
    noted = next(one["annotations"] for one in told["manifests"] if one["digest"] == digest)
    assert noted == {"lab.tide": "high=1", "lab.by": "me"}
    assert told["annotations"] == {"lab.list": "whole"}
    job = edit_list.ask_drop(person, ref, digest=entries[2]["digest"])
    assert done(job) == "ok", (job.error, job.cause)
    assert len(platforms(host)) == 2

    target = f"{registry.address}/lists/app:1"
    job = push_image.ask(person, ref, destination=target)
    assert done(job) == "ok", (job.error, job.cause)
    host.podman("login", "-u", registry.user, "-p", registry.password, registry.address)
    try:
        there = json.loads(host.podman("manifest", "inspect", target))
    finally:
        host.podman("logout", registry.address)
    assert len(there["manifests"]) == 2

    assert done(tag_image.ask(person, ref, names=["lists/second:1"])) == "ok"
    assert len(platforms(host, "localhost/lists/second:1")) == 2
    for force in (True, False):
        job = remove_image.ask(person, ref, force=force)
        assert done(job) == "ok", (job.error, job.cause)
    left = names_on(host)
    assert not [name for name in left if "/lists/" in name]
    assert {"localhost/busybox:latest", "localhost/web:latest"} <= set(left)


def test_what_is_refused_changes_nothing(
    host: Host, endpoint_on: Any, person: Any, done: Any
) -> None:
    endpoint = endpoint_on(host)
    host.podman("manifest", "create", NAME)
    image = mirrored(host, endpoint, "localhost/busybox:latest")
    job = create_list.ask(person, [(endpoint.pk, image.podman_id)], name=NAME)
    assert done(job) == "failed"
    assert "already exists" in job.error
    ref = (endpoint.pk, mirrored_list(host, endpoint, NAME).podman_id)
    job = edit_list.ask_add(person, ref, image="127.0.0.1:1/no/where:1", all_images=False)
    assert done(job) == "failed"
    assert "127.0.0.1:1/no/where:1 was not added" in job.error
    assert "connection refused" in job.cause
    with pytest.raises(Refusal, match="not a manifest list"):
        edit_list.ask_drop(person, (endpoint.pk, image.podman_id), digest="sha256:" + "0" * 64)
    assert platforms(host) == []
