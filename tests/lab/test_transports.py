"""An archive of images that lies on a host stays there: no name that a person writes leads to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from audit.models import Entry
from hosts.actions.builds import build_image
from hosts.actions.builds.build_fields import build_order
from hosts.actions.images import pull_image
from hosts.actions.kube import play_kube
from hosts.actions.run import run_container
from hosts.jobs.errand import ActionFailed
from hosts.refusals import FieldRefusal, Refusal
from tests.lab.hosts import Host, Lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.test_build import context, upload

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
ARCHIVE = "/srv/haulout-kept.tar"
FILES = [
    f"FROM docker-archive:{ARCHIVE}\n",
    f"ARG B=docker-archive\nFROM $B:{ARCHIVE}\n",
    f"FROM localhost/busybox:latest\nCOPY --fr\\\nom=docker-archive:{ARCHIVE} /bin/busybox /x\n",
]


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Iterator[Host]:
    one = lab.hosts[0]
    one.podman("save", "-o", ARCHIVE, "localhost/busybox:latest")
    yield one
    one.run("rm", "-f", ARCHIVE)
    one.podman("rmi", "-f", "-i", "localhost/shop:1", "localhost/shop:2")


@pytest.mark.parametrize("text", FILES)
def test_podman_itself_would_read_it(host: Host, text: str) -> None:
    """Else the tests below would prove nothing."""
    host.run("sh", "-c", f"mkdir -p /tmp/told && printf '%s' '{text}' > /tmp/told/Containerfile")
    host.podman("build", "-t", "shop:1", "/tmp/told")
    assert "shop" in host.podman("images", "--format", "{{.Repository}}")


@pytest.mark.parametrize("text", FILES)
def test_no_build_reads_it(host: Host, endpoint_on: Any, person: Any, text: str) -> None:
    endpoint = endpoint_on(host)
    with pytest.raises(FieldRefusal, match=r"Line [123] "):
        build_image.ask(person, endpoint.pk, text=text, order=build_order(tags=["shop:1"]))
    with pytest.raises(ActionFailed, match=r"Line [123] "):
        upload(person, endpoint, context({"Containerfile": text.encode(), "z": b"x" * 3000}))
    assert Entry.objects.get(verb="image.build", kind="outcome").result == "failed"
    assert "shop" not in host.podman("images", "--format", "{{.Repository}}")


def test_an_argument_of_the_build_does_not_lead_there(
    host: Host, endpoint_on: Any, person: Any
) -> None:
    endpoint = endpoint_on(host)
    tar = context({"Containerfile": b"ARG B=localhost/busybox\nFROM $B\n"})
    with pytest.raises(ActionFailed, match="Line 2 "):
        upload(person, endpoint, tar, arguments={"B": f"docker-archive:{ARCHIVE}"})
    _lines, made = upload(person, endpoint, tar, arguments={"B": "localhost/busybox"})
    assert made


def test_no_name_of_an_image_leads_there(host: Host, endpoint_on: Any, person: Any) -> None:
    pk, name = endpoint_on(host).pk, f"docker-archive:{ARCHIVE}"
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n"
        f"spec:\n  containers:\n  - name: x\n    image: {name}\n"
    )
    asked: list[Callable[[], object]] = [
        lambda: pull_image.ask(person, pk, reference=name),
        lambda: run_container.ask(person, pk, params={"image": name}, env={}),
        lambda: play_kube.ask(person, pk, text=pod),
    ]
    for ask in asked:
        with pytest.raises(Refusal, match="file or storage"):
            ask()
