"""Podman's own holes, each tried on the host itself first: where it is open, Haulout does not send it.

The attacks reach for a file of the test's own on the lab host, /srv/victim/own, and nothing else.
"""

import asyncio
import io
import tarfile
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from hosts.actions.builds import build_image
from hosts.actions.builds.build_fields import build_order
from hosts.actions.builds.build_upload import build_upload
from hosts.actions.kube import play_kube
from hosts.advisories import BUILD_MOUNTS, KUBE_VOLUMES, advisory_against
from hosts.jobs.errand import ActionFailed
from hosts.refusals import FieldRefusal
from tests.lab.hosts import Host, LabError
from tests.lab.podman_hosts import any_host, any_lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["any_host", "any_lab", "ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
VICTIM = "/srv/victim"
KUBE = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: tide}}
data: {{table: overwritten}}
---
apiVersion: v1
kind: Pod
metadata: {{name: {pod}}}
spec:
  containers:
  - name: c
    image: localhost/busybox:latest
    command: [sleep, "100"]
    volumeMounts: [{{name: v, mountPath: /v}}]
  volumes:
  - {{name: v, configMap: {{name: tide}}}}
"""
CACHE = f"""\
FROM localhost/busybox:latest
RUN --mount=type=cache,id=../../../..{VICTIM},target=/m echo written >/m/own
"""
BIND = f"""\
FROM localhost/busybox:latest AS a
RUN mkdir -p /x && ln -s {VICTIM} /x/d
FROM localhost/busybox:latest
RUN --mount=type=bind,from=a,source=/x/d,target=/m,rw echo written >/m/own
"""
HARMLESS = """\
FROM localhost/busybox:latest
RUN --mount=type=cache,target=/m echo kept >/m/own
"""


@pytest.fixture
def host(any_host: Host) -> Host:
    any_host.run("sh", "-c", f"mkdir -p {VICTIM} && printf untouched >{VICTIM}/own")
    return any_host


@pytest.fixture
def carry(worker: Any, ended: Any) -> Callable[[Any], Any]:
    def run(job: Any) -> Any:
        worker().hand_over([job.pk])
        return ended(job, within_s=120)

    return run


def victim(host: Host) -> str:
    return host.run("cat", f"{VICTIM}/own").strip()


def written(host: Host, path: str, text: str) -> None:
    host.run("sh", "-c", 'mkdir -p "${1%/*}" && printf %s "$2" >"$1"', "sh", path, text)


def lay_the_link(host: Host, pod: str) -> None:
    """What a container of a kube file can do to the volume that Podman filled for it."""
    host.podman("exec", f"{pod}-c", "sh", "-c", f"rm /v/table; ln -s {VICTIM}/own /v/table")


def attempt(host: Host, *command: str) -> None:
    """Podman may refuse it: what counts is the file."""
    try:
        host.podman(*command)
    except LabError:
        return


def test_the_table_knows_which_podman_writes_through_a_link(host: Host) -> None:
    for pod in ("first", "second"):
        written(host, f"/srv/{pod}.yaml", KUBE.format(pod=pod))
    host.podman("kube", "play", "/srv/first.yaml")
    lay_the_link(host, "first")
    attempt(host, "kube", "play", "/srv/second.yaml")
    open_there = advisory_against(host.podman_version, KUBE_VOLUMES) is not None
    assert victim(host) == ("overwritten" if open_there else "untouched")


@pytest.mark.on_every_podman
def test_a_filled_volume_that_is_there_is_refused_where_it_is_open(
    host: Host, endpoint_on: Any, person: Any, carry: Callable[[Any], Any]
) -> None:
    endpoint = endpoint_on(host)
    job = carry(play_kube.ask(person, endpoint.pk, text=KUBE.format(pod="first")))
    assert job.state == "ok", (job.error, job.cause)
    lay_the_link(host, "first")
    # the inventory, which nobody fills here, knows nothing: the worker asks the host
    job = carry(play_kube.ask(person, endpoint.pk, text=KUBE.format(pod="second")))
    assert victim(host) == "untouched"
    if advisory_against(host.podman_version, KUBE_VOLUMES):
        assert job.state == "failed"
        assert f"Podman {host.podman_version} does not fill these volumes safely" in job.error
        assert "CVE-2025-9566" in job.error
        assert "5.6.1" in job.error
        assert "second" not in host.podman("pod", "ps", "--format", "{{.Name}}")
        # and the way out that it names is one
        host.podman("pod", "rm", "-f", "-t", "0", "first")
        host.podman("volume", "rm", "-f", "tide")
        job = carry(play_kube.ask(person, endpoint.pk, text=KUBE.format(pod="second")))
        assert job.state == "ok", (job.error, job.cause)
        assert host.podman("exec", "second-c", "cat", "/v/table") == "overwritten"


@pytest.mark.parametrize("text", [CACHE, BIND], ids=["cache", "bind"])
def test_the_table_knows_which_builds_leave_their_context(host: Host, text: str) -> None:
    written(host, "/srv/attack/Containerfile", text)
    build = ("build", "--isolation=chroot", "--no-cache", "-t", "localhost/attack", "/srv/attack")
    attempt(host, *build)
    attempt(host, "rmi", "-f", "localhost/attack")
    open_there = advisory_against(host.podman_version, BUILD_MOUNTS) is not None
    assert victim(host) == ("written" if open_there else "untouched")


@pytest.mark.parametrize("text", [CACHE, BIND, HARMLESS], ids=["cache", "bind", "harmless"])
def test_builds_with_mounts_are_refused_where_they_leave_it(
    host: Host, endpoint_on: Any, person: Any, carry: Callable[[Any], Any], text: str
) -> None:
    endpoint = endpoint_on(host)
    order = build_order(tags=["attack:1"])
    job = carry(build_image.ask(person, endpoint.pk, text=text, order=order))
    assert victim(host) == "untouched"
    attempt(host, "rmi", "-f", "localhost/attack:1")
    if not advisory_against(host.podman_version, BUILD_MOUNTS):
        assert (job.state == "ok") is (text != BIND), (job.error, job.cause)
        return
    assert job.state == "failed"
    assert "has RUN --mount" in job.error
    # with the version known it is said at the click, before there is a job
    endpoint.podman_version = host.podman_version
    endpoint.save()
    with pytest.raises(FieldRefusal, match="has RUN --mount"):
        build_image.ask(person, endpoint.pk, text=text, order=order)


@pytest.mark.on_every_podman
def test_an_uploaded_context_is_held_to_the_same(host: Host, endpoint_on: Any, person: Any) -> None:
    data = CACHE.encode()
    with io.BytesIO() as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            member = tarfile.TarInfo("Containerfile")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        sent = out.getvalue()

    endpoint = endpoint_on(host)

    async def body() -> AsyncIterator[bytes]:
        yield sent

    async def build() -> None:
        lines = build_upload(
            person,
            endpoint,
            body(),
            order=build_order(tags=["attack:1"]),
            file="attack.tar",
            limit_bytes=2**20,
        )
        async for _line in lines:
            pass

    if advisory_against(host.podman_version, BUILD_MOUNTS):
        with pytest.raises(ActionFailed, match="has RUN --mount"):
            asyncio.run(build())
    else:
        asyncio.run(build())
    assert victim(host) == "untouched"
    attempt(host, "rmi", "-f", "localhost/attack:1")
