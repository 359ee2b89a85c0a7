"""Pulling from the lab's registry, which wants a password, through a real worker."""

from typing import Any

import pytest

from dashboard.pages.run.from_job import field_of
from hosts.actions.images import pull_image
from hosts.actions.run import run_container, run_fields
from tests.lab.hosts import Host, Lab
from tests.lab.hosts.registry import Registry
from tests.lab.lab_images import keep_password, remove_named
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "keep_password", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Any:
    one = lab.hosts[0]
    yield one
    remove_named(one, "/lab/")


def test_with_the_kept_password(
    host: Host,
    registry: Registry,
    endpoint_on: Any,
    person: Any,
    worker: Any,
    ended: Any,
    keep_password: Any,
) -> None:
    keep_password()
    name = f"{registry.address}/lab/layers:latest"
    job = pull_image.ask(person, endpoint_on(host).pk, reference=name)
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert host.podman("image", "inspect", name, "--format", "{{.Id}}").strip() == job.result["id"]
    assert len(job.progress["layers"]) > 1
    assert all(
        layer["current"] == layer["total"] for layer in job.progress["layers"] if layer["total"]
    )


@pytest.mark.parametrize("password", ["", "not the password"])
def test_without_the_right_password(
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
    name = f"{registry.address}/lab/busybox:latest"
    job = pull_image.ask(person, endpoint_on(host).pk, reference=name)
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "failed"
    assert "Registries" in job.error
    assert ("refused the stored credentials" in job.error) == bool(password)
    assert registry.address in job.error
    assert job.cause
    assert not password or password not in job.error + job.cause + job.output


def test_run_pulls_what_is_missing(
    host: Host,
    registry: Registry,
    endpoint_on: Any,
    person: Any,
    worker: Any,
    ended: Any,
    keep_password: Any,
) -> None:
    keep_password()
    params = {"image": f"{registry.address}/lab/busybox", "command": ["sleep", "1000"]}
    job = run_container.ask(person, endpoint_on(host).pk, params=params, env={})
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert host.podman("ps", "-q", "--no-trunc").split() == [job.result["id"]]


def test_never_pulled_is_podmans_own_refusal(
    host: Host, registry: Registry, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    params = {"image": f"{registry.address}/lab/busybox", "pull": "never"}
    job = run_container.ask(person, endpoint_on(host).pk, params=params, env={})
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "failed"
    assert "lab/busybox" in job.error + job.cause


def test_a_taken_port_keeps_the_container_and_names_the_field(
    host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    endpoint = endpoint_on(host)
    common = {"image": "localhost/busybox:latest", "command": ["sleep", "1000"]}
    loop = worker()
    jobs = []
    for name in ("first", "second", "first"):
        port = run_fields.port("18088:80")
        params = common | {"name": name, "ports": [port]}
        jobs.append(run_container.ask(person, endpoint.pk, params=params, env={}))
        loop.hand_over([jobs[-1].pk])
        ended(jobs[-1], within_s=60)
    assert [job.state for job in jobs] == ["ok", "failed", "failed"]
    assert "does not start" in jobs[1].error
    assert field_of(jobs[1].cause) == "ports", jobs[1].cause
    assert field_of(jobs[2].cause or jobs[2].error) == "name"
    assert "second" in host.podman("ps", "-a")
