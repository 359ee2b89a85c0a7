"""Volumes, networks and secrets made and removed through a real worker, judged by Podman itself."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hosts.actions.networks import (
    connect_network,
    create_network,
    disconnect_network,
    network_fields,
    remove_network,
    update_network,
)
from hosts.actions.secrets import create_secret, remove_secret, replace_secret
from hosts.actions.volumes import clone_volume, create_volume, remove_volume
from hosts.models import Job
from hosts.refusals import FieldRefusal
from tests.lab.inventory_rows import inspected, mirror, names
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
SUBNET = "10.199.7.0/24"


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Iterator[Any]:
    one = lab.hosts[0]
    yield one
    one.podman("rm", "-fa", "-t", "0")
    for network in names(one, "network") - {"podman"}:
        one.podman("network", "rm", "-f", network)
    for secret in names(one, "secret"):
        one.podman("secret", "rm", secret)


@pytest.fixture
def endpoint(host: Any, endpoint_on: Any) -> Any:
    return endpoint_on(host)


@pytest.fixture
def done(worker: Any, ended: Any) -> Callable[[Any], Any]:
    """`done(job)`: the job, carried out well."""

    def carry(job: Any) -> Any:
        worker().hand_over([job.pk])
        ended(job, within_s=60)
        assert job.state == "ok", (job.error, job.cause)
        return job

    return carry


def test_a_volume_with_options_is_made_and_removed(
    host: Any, endpoint: Any, person: Any, done: Any
) -> None:
    job = done(
        create_volume.ask(
            person,
            endpoint.pk,
            name="shop-db",
            options={"type": "tmpfs", "device": "tmpfs", "o": "size=1m"},
            labels={"app": "shop"},
        )
    )
    made = inspected(host, "volume", "shop-db")
    assert made["Options"]["o"] == "size=1m"
    assert made["Labels"]["app"] == "shop"
    assert job.result["id"] == "shop-db"
    assert job.sealed_params is None
    assert "size=1m" not in json.dumps(job.params)

    mirror(endpoint, "volume")
    assert done(remove_volume.ask(person, (endpoint.pk, "shop-db"))).result == {"changed": True}
    assert "shop-db" not in names(host, "volume")


def test_a_used_volume_stays_unless_its_users_go_too(
    host: Any, endpoint: Any, person: Any, done: Any, worker: Any, ended: Any
) -> None:
    host.podman(
        "run",
        "-d",
        "--stop-timeout",
        "0",
        "--name",
        "user",
        "-v",
        "data:/data",
        "localhost/busybox",
        "sleep",
        "99",
    )
    mirror(endpoint, "volume")
    job = remove_volume.ask(person, (endpoint.pk, "data"))
    worker().hand_over([job.pk])
    assert ended(job).state == "failed"
    assert "being used" in job.error
    done(remove_volume.ask(person, (endpoint.pk, "data"), force=True))
    assert "data" not in names(host, "volume")
    assert "user" not in names(host, "container")


def test_a_network_with_all_its_fields(host: Any, endpoint: Any, person: Any, done: Any) -> None:
    subnets = [
        network_fields.subnet(SUBNET, gateway="10.199.7.1", lease="10.199.7.128/25"),
        network_fields.subnet("fd00:199:7::/64"),
    ]
    job = done(
        create_network.ask(
            person,
            endpoint.pk,
            name="back",
            subnets=subnets,
            internal=True,
            dns_servers=["192.0.2.53"],
            options={"isolate": "true", "mtu": "1400"},
            labels={"app": "shop"},
        )
    )
    made = inspected(host, "network", "back")
    assert made["id"] == job.result["id"]
    v4, v6 = made["subnets"]
    assert (v4["subnet"], v4["gateway"]) == (SUBNET, "10.199.7.1")
    assert v4["lease_range"] == {"start_ip": "10.199.7.128", "end_ip": "10.199.7.254"}
    assert v6["subnet"] == "fd00:199:7::/64"
    assert (made["internal"], made["dns_enabled"], made["ipv6_enabled"]) == (True, True, True)
    assert made["network_dns_servers"] == ["192.0.2.53"]
    assert made["options"] == {"isolate": "true", "mtu": "1400"}

    mirror(endpoint, "network")
    done(remove_network.ask(person, (endpoint.pk, made["id"])))
    assert "back" not in names(host, "network")


def test_an_overlap_is_found_before_anything_is_sent(host: Any, endpoint: Any, person: Any) -> None:
    host.podman("network", "create", "--subnet", SUBNET, "front")
    mirror(endpoint, "network")
    with pytest.raises(FieldRefusal, match="front") as refused:
        create_network.ask(
            person, endpoint.pk, name="b", subnets=[network_fields.subnet("10.199.7.128/25")]
        )
    assert refused.value.field == "subnets"
    with pytest.raises(FieldRefusal, match="already exists"):
        create_network.ask(person, endpoint.pk, name="front")
    assert not Job.objects.exists()


def test_a_running_container_is_connected_and_disconnected(
    host: Any, endpoint: Any, person: Any, done: Any
) -> None:
    host.podman("network", "create", "--subnet", SUBNET, "back")
    host.podman("run", "-d", "--name", "web", "localhost/busybox", "sleep", "99")
    network = mirror(endpoint, "network")["back"]
    container = mirror(endpoint, "container")["web"]
    ref = (endpoint.pk, network.podman_id)
    job = connect_network.ask(
        person, ref, container_id=container.podman_id, aliases=["www"], address="10.199.7.60"
    )
    assert done(job).result == {"changed": True}
    on = inspected(host, "container", "web")["NetworkSettings"]["Networks"]["back"]
    assert on["IPAddress"] == "10.199.7.60"
    assert "www" in on["Aliases"]

    again = connect_network.ask(person, ref, container_id=container.podman_id)
    assert done(again).result == {"changed": False}
    job = disconnect_network.ask(person, ref, container_id=container.podman_id)
    assert done(job).result == {"changed": True}
    assert "back" not in inspected(host, "container", "web")["NetworkSettings"]["Networks"]
    assert inspected(host, "container", "web")["State"]["Running"]


def test_dns_servers_are_added_to_a_network_and_dropped(
    host: Any, endpoint: Any, person: Any, done: Any
) -> None:
    host.podman("network", "create", "--dns", "192.0.2.53", "back")
    ref = (endpoint.pk, mirror(endpoint, "network")["back"].podman_id)
    change = {"dns_add": ["192.0.2.54"], "dns_drop": ["192.0.2.53"]}
    assert done(update_network.ask(person, ref, **change)).result == {"changed": True}
    assert inspected(host, "network", "back")["network_dns_servers"] == ["192.0.2.54"]
    assert done(update_network.ask(person, ref, **change)).result == {"changed": False}


def test_a_secret_is_made_replaced_and_removed_and_its_value_is_nowhere(
    host: Any, endpoint: Any, person: Any, done: Any, entries: Any
) -> None:
    job = done(create_secret.ask(person, endpoint.pk, name="pw", value=b"hunter2\n"))
    assert shown(host, "pw") == "hunter2\n"
    assert job.sealed_params is None
    mirror(endpoint, "secret")
    ref = (endpoint.pk, job.result["id"])
    other = done(replace_secret.ask(person, ref, value=b"hunter3"))
    assert shown(host, "pw") == "hunter3"
    assert other.result["id"] != job.result["id"]

    told = json.dumps([job.params, other.params, job.output, other.output])
    told += "".join(
        f"{e.params}{e.detail}" for e in [*entries("secret.create"), *entries("secret.replace")]
    )
    assert "hunter" not in told
    assert "keyed_hash" in told
    assert job.params["value"] != other.params["value"]

    mirror(endpoint, "secret")
    done(remove_secret.ask(person, (endpoint.pk, other.result["id"])))
    assert "pw" not in names(host, "secret")


def shown(host: Any, name: str) -> str:
    """The value, as only somebody on the host can read it."""
    return str(inspected_secret(host, name)["SecretData"])


def inspected_secret(host: Any, name: str) -> dict[str, Any]:
    (found,) = json.loads(host.podman("secret", "inspect", "--showsecret", name))
    return dict(found)


def test_a_clone_keeps_owners_modes_and_links(
    host: Any, endpoint: Any, person: Any, done: Any
) -> None:
    fill = "mkdir /d/sub; echo hi > /d/sub/a; ln -s a /d/sub/l; chown 5:6 /d/sub/a /d; chmod 4750 /d/sub/a"
    host.podman("run", "--rm", "-v", "src:/d", "localhost/busybox", "sh", "-c", fill)
    row = mirror(endpoint, "volume")["src"]
    ref = (endpoint.pk, row.podman_id)
    job = done(clone_volume.ask(person, ref, name="copy", image="localhost/busybox:latest"))
    assert job.result == {"kind": "volume", "id": "copy"}
    look = "cd /d; stat -c '%n %a %u %g' . sub/a; readlink sub/l; cat sub/a"
    seen = [
        host.podman("run", "--rm", "-v", f"{name}:/d", "localhost/busybox", "sh", "-c", look)
        for name in ("src", "copy")
    ]
    assert seen[0] == seen[1]
    assert "sub/a 4750 5 6" in seen[1]
    # what copied is gone
    assert names(host, "container") == set()


def test_a_clone_that_fails_leaves_nothing(
    host: Any, endpoint: Any, person: Any, worker: Any, ended: Any
) -> None:
    host.podman("volume", "create", "src")
    mirror(endpoint, "volume")
    endpoint.podman_version = "5.4.2"
    endpoint.save()
    with pytest.raises(FieldRefusal, match="cp"):
        clone_volume.ask(person, (endpoint.pk, "src"), name="copy")
    job = clone_volume.ask(person, (endpoint.pk, "src"), name="copy", image="localhost/none")
    worker().hand_over([job.pk])
    assert ended(job).state == "failed"
    assert names(host, "volume") == {"src"}
    assert names(host, "container") == set()
