"""Volumes of containers as the link writes them, by every road that mounts one, on every Podman."""

import pytest

from hosts.models import Container, Endpoint
from tests.lab.hosts import Host
from tests.lab.inventory_rows import inspected
from tests.lab.kube_files import SHOP
from tests.lab.link_process import Link, link, register, until
from tests.lab.podman_hosts import any_host, any_lab

__all__ = ["any_host", "any_lab", "link"]


def volumes(endpoint: Endpoint, name: str) -> list[str] | None:
    found = Container.objects.filter(endpoint=endpoint, name=name, gone=None).first()
    return found.volumes if found else None


@pytest.mark.on_every_podman
def test_every_road_to_a_volume(any_host: Host, link: Link) -> None:
    host = any_host
    endpoint = register(host)
    base = "localhost/busybox"
    host.podman("run", "-d", "--name", "named", "-v", "floe:/floe", "-v", "/tmp:/t", base, "top")
    host.podman("create", "--name", "borrower", "--volumes-from", "named", base, "top")
    host.podman("create", "--name", "nameless", "-v", "/nameless", base, "top")
    host.podman("create", "--name", "bound", "-v", "/tmp:/t", base, "top")
    host.podman(
        "create", "--name", "mounted", "--mount", "type=volume,src=berg,dst=/b", base, "top"
    )
    host.run("sh", "-c", 'printf %s "$1" >/srv/claim.yaml', "sh", SHOP)
    host.podman("kube", "play", "/srv/claim.yaml")
    (anonymous,) = (
        mount["Name"]
        for mount in inspected(host, "container", "nameless")["Mounts"]
        if mount["Type"] == "volume"
    )
    expected = {
        "named": ["floe"],
        "borrower": ["floe"],
        "nameless": [anonymous],
        "bound": [],
        "mounted": ["berg"],
        "shop-front": ["stock"],
    }
    until("all known", lambda: {one: volumes(endpoint, one) for one in expected} == expected)
    # Podman 4.3 leaves no mark of a kube file
    marked = not host.podman_version.startswith("4.")
    assert Container.objects.get(endpoint=endpoint, name="shop-front").kube is marked
    assert Container.objects.get(endpoint=endpoint, name="named").kube is False
