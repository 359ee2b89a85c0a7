"""Names on and off, and pushing, through a real worker; judged by Podman and the registry."""

import json
from typing import Any

import pytest

from hosts.actions.images import push_image, tag_image, untag_image
from tests.lab.hosts import Host, Lab
from tests.lab.hosts.registry import Registry
from tests.lab.lab_images import keep_password, mirrored, names_on
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "keep_password", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
WEB = "localhost/web:latest"


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Any:
    one = lab.hosts[0]
    yield one
    for name in names_on(one):
        if "/team/" in name:
            one.podman("untag", "localhost/web:latest", name)


def test_names_are_given_and_taken_off(
    host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    image = mirrored(host, endpoint_on(host), WEB)
    ref = (image.endpoint_id, image.podman_id)
    job = tag_image.ask(person, ref, names=["team/one", "10.77.0.9:5000/team/two:2"])
    loop = worker()
    loop.hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    new = ["localhost/team/one:latest", "10.77.0.9:5000/team/two:2"]
    assert set(new) <= set(names_on(host))
    image.names = [WEB, *new]
    image.save()
    job = untag_image.ask(person, ref, names=new[:1])
    loop.hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    there = names_on(host)
    assert new[0] not in there
    assert {new[1], WEB} <= set(there)


def test_push_with_the_kept_password(
    host: Host,
    registry: Registry,
    endpoint_on: Any,
    person: Any,
    worker: Any,
    ended: Any,
    keep_password: Any,
) -> None:
    """To another name than its own; another host can pull it from there."""
    keep_password()
    image = mirrored(host, endpoint_on(host), WEB)
    name = f"{registry.address}/pushed/web:7"
    job = push_image.ask(person, (image.endpoint_id, image.podman_id), destination=name)
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert len(job.progress["layers"]) == 3
    assert {layer["status"] for layer in job.progress["layers"]} == {"Push complete"}
    credentials = f"{registry.user}:{registry.password}"
    host.podman(
        "pull", "--creds", credentials, f"{registry.address}/pushed/web@{job.result['digest']}"
    )
    pulled = host.podman(
        "image", "inspect", f"{registry.address}/pushed/web@{job.result['digest']}"
    )
    assert json.loads(pulled)[0]["Id"] == image.podman_id
    assert registry.password not in json.dumps([job.params, job.result, job.progress, job.output])


@pytest.mark.parametrize("password", ["", "not the password"])
def test_push_without_the_right_password(
    host: Host,
    registry: Registry,
    endpoint_on: Any,
    person: Any,
    worker: Any,
    ended: Any,
    keep_password: Any,
    password: str,
) -> None:
    if password:
        keep_password(password)
    image = mirrored(host, endpoint_on(host), WEB)
    name = f"{registry.address}/pushed/refused:1"
    job = push_image.ask(person, (image.endpoint_id, image.podman_id), destination=name)
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "failed"
    assert "Registries" in job.error
    assert "authentication required" in job.cause


def test_push_to_nobody(host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any) -> None:
    image = mirrored(host, endpoint_on(host), WEB)
    ref = (image.endpoint_id, image.podman_id)
    job = push_image.ask(person, ref, destination="127.0.0.1:1/pushed/web:1")
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "failed"
    assert "cannot reach 127.0.0.1:1" in job.error
    assert "connection refused" in job.cause
