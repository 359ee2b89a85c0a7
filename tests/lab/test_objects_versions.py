"""Volumes, networks and secrets on the oldest and the newest Podman, where calls differ."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from hosts import capabilities
from hosts.actions.networks import connect_network, create_network, network_fields
from hosts.actions.secrets import create_secret, remove_secret, replace_secret
from hosts.actions.volumes import clone_volume
from hosts.dial import dial
from hosts.podman import Podman, probes, system
from hosts.podman.container_uses import ContainerUse, of_network
from tests.lab.inventory_rows import inspected, mirror, names
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.more,
    pytest.mark.timeout(300),
]


@pytest.fixture(params=["4.3", "5.8"])
def host(lab_of: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    one = lab_of(request.param).hosts[0]
    yield one
    one.podman("rm", "-fa", "-t", "0")
    one.podman("volume", "rm", "-af")
    for network in names(one, "network") - {"podman"}:
        one.podman("network", "rm", "-f", network)


@pytest.fixture
def endpoint(host: Any, endpoint_on: Any) -> Any:
    """With what the link would have learnt of its Podman."""
    made = endpoint_on(host)

    async def look() -> tuple[str, dict[str, bool]]:
        async with Podman(dial(made)) as podman:
            found = await system.info(podman)
            return found["version"]["Version"], await probes.calls(podman)

    made.podman_version, calls = async_to_sync(look)()
    made.info = {"calls": calls}
    made.save()
    return made


@pytest.fixture
def done(worker: Any, ended: Any) -> Callable[[Any], Any]:
    def carry(job: Any) -> Any:
        worker().hand_over([job.pk])
        ended(job, within_s=120)
        assert job.state == "ok", (job.error, job.cause, job.output)
        return job

    return carry


def test_what_they_lack(host: Any, endpoint: Any) -> None:
    lacking = {one.name for one in capabilities.abilities(endpoint) if not one.there}
    old = {"secret_replace", "volume_transfer", "check", "artifacts", "quadlets"}
    assert lacking == (old if endpoint.podman_version.startswith("4.") else set())


def test_a_secret_is_replaced(host: Any, endpoint: Any, person: Any, done: Any) -> None:
    done(create_secret.ask(person, endpoint.pk, name="pw", value=b"one"))
    row = mirror(endpoint, "secret")["pw"]
    job = done(replace_secret.ask(person, (endpoint.pk, row.podman_id), value=b"two"))
    host.podman("run", "--rm", "--name", "x", "--secret", "pw", "localhost/busybox", "true")
    read = ("run", "--rm", "--secret", "pw", "localhost/busybox", "cat", "/run/secrets/pw")
    assert host.podman(*read) == "two"
    mirror(endpoint, "secret")
    done(remove_secret.ask(person, (endpoint.pk, job.result["id"])))
    assert "pw" not in names(host, "secret")


def test_a_clone_keeps_owners(host: Any, endpoint: Any, person: Any, done: Any) -> None:
    fill = "mkdir /d/sub; echo hi > /d/sub/a; chown 5:6 /d/sub/a; chmod 640 /d/sub/a"
    host.podman("run", "--rm", "-v", "src:/d", "localhost/busybox", "sh", "-c", fill)
    row = mirror(endpoint, "volume")["src"]
    image = "localhost/busybox:latest" if capabilities.lacks(endpoint, "volume_transfer") else ""
    job = done(clone_volume.ask(person, (endpoint.pk, row.podman_id), name="copy", image=image))
    assert bool(job.output) == bool(image)
    look = ("sh", "-c", "stat -c '%n %a %u %g' /d/sub/a; cat /d/sub/a")
    told = host.podman("run", "--rm", "-v", "copy:/d", "localhost/busybox", *look)
    assert told == "/d/sub/a 640 5 6\nhi\n"
    assert names(host, "container") == set()


def test_who_is_on_a_network(host: Any, endpoint: Any, person: Any, done: Any) -> None:
    subnet = network_fields.subnet("10.199.6.0/24")
    done(create_network.ask(person, endpoint.pk, name="back", subnets=[subnet]))
    host.podman("run", "-d", "--name", "web", "localhost/busybox", "sleep", "99")
    network = mirror(endpoint, "network")["back"]
    container = mirror(endpoint, "container")["web"]
    ref = (endpoint.pk, network.podman_id)
    done(connect_network.ask(person, ref, container_id=container.podman_id, address="10.199.6.60"))

    async def ask() -> list[ContainerUse]:
        async with Podman(dial(endpoint)) as podman:
            return await of_network(podman, "back")

    (user,) = async_to_sync(ask)()
    on = inspected(host, "container", "web")["NetworkSettings"]["Networks"]["back"]
    assert (user.name, user.how) == ("web", ("10.199.6.60/24",))
    assert user.mac == on["MacAddress"]
