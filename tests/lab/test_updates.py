"""A new push under the same tag: marked on both hosts, upgraded from the page, and no longer marked."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from hosts.dial import dial
from hosts.inventory.facts import facts
from hosts.models import Container, Job, TagCheck
from hosts.podman import Podman, system
from hosts.registries.checks import check_updates
from tests.lab.hosts import Host, Lab
from tests.lab.hosts.images import Image, busybox_layer, layer
from tests.lab.hosts.registry import Registry, push
from tests.lab.inventory_rows import mirror
from tests.lab.lab_images import keep_password, remove_named
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.swap_cast import QUICK

__all__ = ["ended", "endpoint_on", "keep_password", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "lab/updates"


@pytest.fixture
def hosts(lab: Lab, clean_hosts: None) -> Any:
    yield lab.hosts[:2]
    for host in lab.hosts[:2]:
        host.podman("rm", "-fa", "-t", "0")
        remove_named(host, f"/{PATH}")


def publish(registry: Registry, words: str) -> str:
    """A new image under the same tag; its name."""
    image = Image(PATH, (busybox_layer(), layer({"which": words.encode()})), ("sleep", "1000"))
    push(registry, image, PATH)
    return f"{registry.address}/{PATH}:latest"


def looked_at(endpoint: Any) -> None:
    """As the link does it: what is there now, and what the host's settings say."""

    async def ask() -> Any:
        async with Podman(dial(endpoint)) as podman:
            return await system.info(podman)

    endpoint.info = facts(async_to_sync(ask)())
    endpoint.save()
    Container.objects.filter(endpoint=endpoint).delete()
    mirror(endpoint, "container")
    mirror(endpoint, "image")


def marked(browser: Any) -> list[str]:
    """Hosts with a container that the list marks."""
    page = browser.get("/containers/", {"q": "update:available"}).content.decode()
    rows = page.split("<tr ")[1:]
    return sorted(
        row.partition('data-host="')[2].partition('"')[0] for row in rows if "update-mark" in row
    )


def test_from_the_push_to_the_upgrade(
    hosts: list[Host],
    registry: Registry,
    endpoint_on: Any,
    keep_password: Callable[..., None],
    cast: Any,
    browser_of: Any,
    worker: Any,
    ended: Any,
) -> None:
    keep_password()
    name = publish(registry, "first")
    endpoints = [endpoint_on(host) for host in hosts]
    for host in hosts:
        host.podman("pull", "-q", "--creds", f"{registry.user}:{registry.password}", name)
        host.podman("run", "-d", "--name", "shop", *QUICK, name)
    for endpoint in endpoints:
        looked_at(endpoint)
    browser = browser_of(cast.alice)
    check_updates()
    assert TagCheck.objects.get().failure == ""
    current = browser.get("/containers/", {"q": "update:current"}).content.decode()
    assert current.count("<tr id=") == 2
    assert marked(browser) == []

    publish(registry, "second")
    TagCheck.objects.update(next_at=timezone.now())
    check_updates()
    assert marked(browser) == sorted(host.name for host in hosts)

    for endpoint in endpoints:
        row = Container.objects.get(endpoint=endpoint, name="shop")
        browser.send(f"/containers/{endpoint.pk}/{row.podman_id}/upgrade/")
    jobs = list(Job.objects.filter(verb="container.upgrade"))
    worker().hand_over([job.pk for job in jobs])
    assert [ended(job, within_s=90).state for job in jobs] == ["ok", "ok"]
    for host, endpoint in zip(hosts, endpoints, strict=True):
        assert host.podman("exec", "shop", "cat", "/which") == "second"
        looked_at(endpoint)
    assert marked(browser) == []
    # without another question
    check_updates()
    current = browser.get("/containers/", {"q": "update:current"}).content.decode()
    assert current.count("<tr id=") == 2
