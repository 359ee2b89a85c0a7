"""Prunes by Podman's and Docker's own clients; the host says what is gone and what stays."""

from collections.abc import Iterator
from typing import Any

import pytest

from hosts.database_threads import in_thread
from hosts.models import Endpoint, ObjectLock
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.jobs.conftest import vault_keys
from tests.lab.hosts import Host
from tests.lab.real_endpoint import endpoint_on
from tests.lab.test_gate_clients import IMAGE, host, outcomes, run
from tests.lab.test_gate_objects import narrowed, told

__all__ = ["endpoint_on", "host", "narrowed", "run", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)
LEFT = ("--label", "left=over")


@pytest.fixture
def leftovers(host: Host) -> Iterator[Host]:
    """One that runs, two that have ended, of which one is in nobody's label; what nothing uses."""
    host.podman("run", "-d", "--name", "web", *LEFT, IMAGE, "sleep", "1000")
    host.podman("run", "--name", "one", *LEFT, "--label", "app=shop", IMAGE, "true")
    host.podman("create", "--name", "two", *LEFT, IMAGE, "true")
    host.podman("volume", "create", *LEFT, "spare")
    host.podman("network", "create", *LEFT, "spare")
    yield host
    host.podman("rm", "-af", "-t", "0")
    host.podman("volume", "rm", "-af")
    host.podman("network", "rm", "-f", "spare")


def containers(host: Host) -> list[str]:
    return sorted(told(host, "ps", "-a", "--format", "{{.Names}}").split())


@pytest.mark.parametrize("client", ["podman", "docker"])
async def test_what_is_unused_goes(leftovers: Host, run: Any, cast: Cast, client: str) -> None:
    host = leftovers
    said = await run(await in_thread(person_of, cast.bob))
    own = told(host, "inspect", "-f", "{{.Id}}", "one")
    answered = await said(client, "container", "prune", "-f", "--filter", "label=app=shop")
    assert own in answered
    assert containers(host) == ["two", "web"]
    await said(client, "container", "prune", "-f")
    assert containers(host) == ["web"]
    assert "spare" in await said(client, "volume", "prune", "-f")
    assert "spare" in await said(client, "network", "prune", "-f")
    assert told(host, "volume", "ls", "-q") == ""
    assert "spare" not in told(host, "network", "ls", "-q")
    assert [verb for verb, result in await outcomes() if result != "ok"] == []


async def test_a_locked_one_stays(leftovers: Host, run: Any, cast: Cast) -> None:
    said = await run(await in_thread(person_of, cast.alice))
    own = told(leftovers, "inspect", "-f", "{{.Id}}", "one")

    def lock() -> None:
        endpoint = Endpoint.objects.get()
        ObjectLock.objects.create(
            endpoint=endpoint,
            host=endpoint.host,
            kind="container",
            object_id=own,
            name="one",
            reason="audit",
            locked_by_name="Ada",
        )

    await in_thread(lock)
    answered = await said("podman", "container", "prune", "-f", fails=True)
    assert "one is locked by Ada" in answered
    assert containers(leftovers) == ["one", "web"]


async def test_images(host: Host, run: Any, cast: Cast) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    made = host.podman("commit", "-q", host.podman("create", IMAGE, "true").strip()).strip()
    host.podman("rm", "-a")
    host.podman("tag", made, "localhost/spare:1")
    await said("podman", "image", "prune", "-f")
    assert "spare" in told(host, "images")
    host.podman("untag", "localhost/spare:1")
    assert made in await said("podman", "image", "prune", "-f")
    assert IMAGE in told(host, "images", "--format", "{{.Repository}}")


@pytest.mark.parametrize("client", ["podman", "docker"])
async def test_the_whole_system(leftovers: Host, run: Any, cast: Cast, client: str) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    if client == "podman":
        leftovers.podman("pod", "create", "--name", "old")
        leftovers.podman("pod", "start", "old")
        leftovers.podman("pod", "stop", "-t", "0", "old")
    answered = await said(client, "system", "prune", "-f", "--volumes")
    assert "reclaimed space" in answered.lower()
    assert containers(leftovers) == ["web"]
    assert told(leftovers, "volume", "ls", "-q") == told(leftovers, "pod", "ls", "-q") == ""
    assert [verb for verb, result in await outcomes() if result != "ok"] == []


async def test_whoever_has_some_containers_and_a_viewer(
    leftovers: Host, run: Any, cast: Cast, narrowed: Any
) -> None:
    said = await run(narrowed)
    await said("podman", "container", "prune", "-f")
    assert containers(leftovers) == ["two", "web"]
    for words in (("volume", "prune", "-f"), ("system", "prune", "-f")):
        assert ".prune" in await said("podman", *words, fails=True)
    assert told(leftovers, "volume", "ls", "-q") == "spare"
