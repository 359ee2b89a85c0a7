"""Searching registries from a host: with the kept password, without, and one that hangs."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from hosts.actions.images import pull, pull_image, search_images
from tests.lab.hosts import Host, Lab
from tests.lab.hosts.registry import Registry
from tests.lab.lab_images import keep_password
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "keep_password", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def host(lab: Lab) -> Host:
    return lab.hosts[0]


@pytest.fixture
def hanging(registry: Registry) -> Iterator[str]:
    """A registry that takes connections and never says a word."""
    with socket.create_server((registry.address.partition(":")[0], 0)) as server:
        address, port = server.getsockname()
        yield f"{address}:{port}"


def test_with_and_without_the_kept_password(
    host: Host,
    registry: Registry,
    endpoint_on: Any,
    person: Any,
    worker: Any,
    ended: Any,
    keep_password: Any,
) -> None:
    endpoint, loop = endpoint_on(host), worker()

    def search(term: str) -> Any:
        job = search_images.ask(person, endpoint.pk, term=term, registry=registry.address)
        loop.hand_over([job.pk])
        return ended(job, within_s=60)

    job = search("lab")
    assert job.state == "failed"
    assert job.error.startswith(f"{registry.address} requires a user name and password")
    keep_password()
    job = search("lab")
    assert job.state == "ok", (job.error, job.cause)
    names = {one["name"] for one in job.result["found"]}
    assert {f"{registry.address}/lab/{name}" for name in ("busybox", "layers")} <= names
    assert search("no-such-thing").result == {"found": [], "troubles": []}


def test_one_that_hangs_does_not_hold_up_the_others(
    host: Host,
    registry: Registry,
    hanging: str,
    endpoint_on: Any,
    person: Any,
    worker: Any,
    ended: Any,
    keep_password: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search_images, "DEADLINE_S", 1.0)
    keep_password()
    endpoint = endpoint_on(host)
    endpoint.info = {"registries": {"search": [hanging, registry.address, "127.0.0.1:1"]}}
    endpoint.save()
    job = search_images.ask(person, endpoint.pk, term="lab/lay")
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert [one["name"] for one in job.result["found"]] == [f"{registry.address}/lab/layers"]
    silent, nobody = (one["why"] for one in job.result["troubles"])
    assert silent.startswith(f"{hanging} did not answer in time.")
    assert nobody.startswith("The host cannot reach 127.0.0.1:1.")


def test_a_pull_from_one_that_hangs_is_given_up(
    host: Host,
    hanging: str,
    endpoint_on: Any,
    person: Any,
    worker: Any,
    ended: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pull, "PATIENCE_S", 2.0)
    job = pull_image.ask(person, endpoint_on(host).pk, reference=f"{hanging}/lab/busybox:1")
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "failed"
    assert job.error.startswith(f"{hanging} sent nothing for")
