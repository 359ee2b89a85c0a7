"""Access to some containers alone on a real host: an image carries nothing past what an order may say."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Role, User
from hosts.access import Person
from hosts.actions.containers import recreate_container, upgrade_container
from hosts.actions.run import create_container, run_container
from hosts.models import Grant
from tests.lab.hosts import Host, Lab
from tests.lab.hosts.registry import Registry
from tests.lab.lab_images import keep_password
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.swap_cast import IMAGE, QUICK, inspect, names, row_of

__all__ = ["ended", "endpoint_on", "keep_password", "person", "vault_keys", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)
UNIT = "PODMAN_SYSTEMD_UNIT"
SLEEP = ("sleep", "1000")


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Host:
    return lab.hosts[0]


@pytest.fixture
def narrowed(cast: Any, who_of: Any) -> Callable[[Any], Any]:
    """`narrowed(endpoint)`: Charlie, who has the label app=shop there and nothing else."""

    def make(endpoint: Any) -> Any:
        member, operator = (Role.objects.get(name=name) for name in ("member", "operator"))
        User.objects.filter(pk=cast.charlie.pk).update(role=member)
        Grant.objects.create(
            user=cast.charlie, role=operator, endpoint=endpoint, label="app=shop", made_by="Alice"
        )
        return Person(User.objects.get(pk=cast.charlie.pk), who_of(cast.charlie))

    return make


def with_unit(host: Host, name: str) -> str:
    """An image whose containers Podman would take for those of a unit of the host."""
    made = host.podman("create", IMAGE, *SLEEP).strip()
    host.podman("commit", "-q", "-c", f"LABEL {UNIT}=poweroff.target", made, name)
    host.podman("rm", made)
    return name


def test_no_unit_of_the_host_by_an_images_label(
    host: Host,
    endpoint_on: Any,
    narrowed: Any,
    worker: Any,
    ended: Any,
    registry: Registry,
    keep_password: Callable[..., None],
) -> None:
    keep_password()
    endpoint = endpoint_on(host)
    charlie, loop = narrowed(endpoint), worker()
    moving = f"{registry.address}/lab/narrowed:latest"
    host.podman("tag", IMAGE, moving)
    host.podman("run", "-d", "--name", "shop", "--label", "app=shop", *QUICK, moving, *SLEEP)
    evil = with_unit(host, "localhost/lab/unit:1")
    # it would be the container's
    host.podman("create", "--name", "seen", evil)
    assert inspect(host, "seen")["Config"]["Labels"][UNIT] == "poweroff.target"
    host.podman("rm", "seen")

    old = inspect(host, "shop")
    row = row_of(endpoint, old)
    row.labels, row.image = {"app": "shop"}, moving
    row.save()
    params = {"image": evil, "name": "new", "labels": {"app": "shop"}, "pull": "never"}
    host.podman("tag", evil, moving)
    creds = f"{registry.user}:{registry.password}"
    host.podman("push", "-q", "--creds", creds, moving)
    host.podman("tag", IMAGE, moving)
    ref = (endpoint.pk, old["Id"])
    jobs = (
        run_container.ask(charlie, endpoint.pk, params=params, env={}),
        create_container.ask(charlie, endpoint.pk, params=params, env={}),
        recreate_container.ask(charlie, ref, params={**params, "name": "shop"}, env={}),
        upgrade_container.ask(charlie, ref, watch_s=1),
    )
    try:
        for job in jobs:
            loop.hand_over([job.pk])
            assert ended(job, within_s=90).state == "denied", (job.verb, job.error, job.cause)
            assert UNIT in job.error, job.verb
        assert names(host) == ["shop"]
        assert inspect(host, "shop")["Id"] == old["Id"]
    finally:
        host.podman("rm", "-fa", "-t", "0")
        host.podman("rmi", "-f", moving, evil)
