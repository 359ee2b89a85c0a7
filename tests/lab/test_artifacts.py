"""OCI artifacts through a real worker and as streams; judged by Podman and the registry."""

import asyncio
import io
import json
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from audit.models import Entry
from hosts.access import Person
from hosts.actions.artifacts import pull_artifact, push_artifact, remove_artifact, transfers
from hosts.actions.registries import edit_registry
from hosts.podman import PodmanError
from hosts.refusals import FieldRefusal
from tests.lab.hosts import Host, Lab
from tests.lab.podman_hosts import any_host, any_lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["any_host", "any_lab", "ended", "endpoint_on"]
__all__ += ["person", "vault_keys", "worker"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 70_000):
        yield content[start : start + 70_000]


@pytest.fixture
def at(endpoint_on: Any) -> Iterator[Callable[[Host], Any]]:
    """The endpoint, with what the link would know of its Podman."""

    with_artifacts: list[Host] = []

    def make(host: Host) -> Any:
        if host.podman_version.startswith("5.8."):
            with_artifacts.append(host)
        endpoint = endpoint_on(host)
        endpoint.podman_version = host.podman_version
        endpoint.save()
        return endpoint

    yield make
    for host in with_artifacts:
        host.podman("artifact", "rm", "-a")


@pytest.fixture
def carry(worker: Any, ended: Any) -> Callable[[Any], Any]:
    def run(job: Any) -> Any:
        worker().hand_over([job.pk])
        return ended(job, within_s=120)

    return run


def add(person: Any, endpoint: Any, content: bytes, **order: Any) -> str:
    wanted = transfers.add_options(**order)
    return asyncio.run(transfers.add(person, endpoint, pieces(content), order=wanted))


def files_of(person: Any, endpoint: Any, name: str) -> dict[str, bytes]:
    async def whole() -> bytes:
        return b"".join([piece async for piece in transfers.extract(person, endpoint, name)])

    with tarfile.open(fileobj=io.BytesIO(asyncio.run(whole()))) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


def there(host: Host) -> list[str]:
    return host.podman("artifact", "ls", "--format", "{{.Repository}}").split()


def digest_of(host: Host, name: str) -> str:
    return str(json.loads(host.podman("artifact", "inspect", name))["Digest"])


@pytest.mark.on_every_podman
def test_artifacts_where_podman_has_them(
    any_host: Host,
    any_lab: Lab,
    at: Callable[[Host], Any],
    person: Any,
    carry: Callable[[Any], Any],
    cast: Any,
    who_of: Any,
) -> None:
    host, endpoint = any_host, at(any_host)
    registry = any_lab.registry
    assert registry is not None
    name = f"{registry.address}/tide/table:1"
    if host.podman_version.startswith(("4.", "5.4.")):
        lacks = [
            lambda: pull_artifact.ask(person, endpoint.pk, name=name),
            lambda: push_artifact.ask(person, endpoint.pk, name=name),
            lambda: remove_artifact.ask_many(person, endpoint.pk, seen=[(name, "x")]),
            lambda: transfers.place(person, endpoint.pk, transfers.ADD),
        ]
        for lack in lacks:
            with pytest.raises(FieldRefusal, match=r"Needs Podman 5\.6"):
                lack()
        return

    alice = Person(cast.alice, who_of(cast.alice))
    account = {"username": registry.user, "password": registry.password}
    edit_registry.keep(alice, registry=registry.address, group=None, **account)
    large = bytes(range(256)) * 4000
    add(person, endpoint, large, name=name, file="c:\\tides.bin", kind="application/x-tide")
    digest = add(person, endpoint, b"ebb\n", name=name, file="<b>ebb", append=True)
    assert digest == digest_of(host, name)
    assert files_of(person, endpoint, name) == {"tides.bin": large, "<b>ebb": b"ebb\n"}

    job = carry(push_artifact.ask(person, endpoint.pk, name=name))
    assert job.state == "ok", (job.error, job.cause)
    assert job.result["digest"] == digest
    (job,) = remove_artifact.ask_many(person, endpoint.pk, seen=[(name, digest)]).jobs.all()
    assert carry(job).state == "ok", (job.error, job.cause)
    assert there(host) == []
    job = carry(pull_artifact.ask(person, endpoint.pk, name=name))
    assert job.state == "ok", (job.error, job.cause)
    assert (job.result["digest"], digest_of(host, name)) == (digest, digest)

    # what was seen is not what is there any more: it stays
    add(person, endpoint, b"flood\n", name=name, file="flood", append=True)
    (job,) = remove_artifact.ask_many(person, endpoint.pk, seen=[(name, digest)]).jobs.all()
    assert carry(job).state == "failed"
    assert "another artifact" in job.error
    assert digest_of(host, name) != digest

    told = [e for e in Entry.objects.filter(verb="artifact.add") if e.kind == "outcome"]
    assert [e.result for e in told] == ["ok"] * 3


@pytest.mark.more
def test_what_goes_wrong_is_said(
    lab_of: Any, at: Callable[[Host], Any], person: Any, carry: Callable[[Any], Any]
) -> None:
    lab = lab_of("5.8")
    endpoint = at(lab.hosts[0])
    name = f"{lab.registry.address}/tide/none:1"
    job = carry(pull_artifact.ask(person, endpoint.pk, name=name))
    assert job.state == "failed"
    assert "requires a user name and password" in job.error
    job = carry(push_artifact.ask(person, endpoint.pk, name=name))
    assert job.state == "failed"
    add(person, endpoint, b"ebb", name="localhost/tide:1", file="ebb")
    for order in ({}, {"append": True}):
        with pytest.raises(PodmanError, match="already exists"):
            add(person, endpoint, b"ebb", name="localhost/tide:1", file="ebb", **order)
    with pytest.raises(PodmanError):
        files_of(person, endpoint, "localhost/other:1")
