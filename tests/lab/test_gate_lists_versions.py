"""Artifacts, manifest lists and archives of volumes through the gate, on every Podman."""

import io
import json
import tarfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from hosts.database_threads import in_thread
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Door, knocking
from tests.hosts.jobs.conftest import vault_keys
from tests.lab.hosts import Host
from tests.lab.podman_hosts import any_host, any_lab
from tests.lab.real_endpoint import endpoint_on
from tests.lab.test_gate_clients import IMAGE

__all__ = ["any_host", "any_lab", "endpoint_on", "vault_keys"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
V = "/v5.0.0/libpod"
NAME, LIST = "quay.io/tide/table:1", "localhost/tides:1"


def quoted(name: str) -> str:
    return name.replace("/", "%2F")


@pytest.fixture
def host(any_host: Host) -> Iterator[Host]:
    any_host.podman("volume", "create", "data")
    any_host.podman("run", "--rm", "-v", "data:/data", IMAGE, "touch", "/data/tide")
    yield any_host
    if LIST in any_host.podman("images", "--format", "{{.Repository}}:{{.Tag}}"):
        any_host.podman("manifest", "rm", LIST)


@pytest.mark.on_every_podman
async def test_lists_artifacts_and_exports(host: Host, endpoint_on: Any, cast: Cast) -> None:
    endpoint = await in_thread(endpoint_on, host)
    async with knocking(endpoint.pk) as knock:
        door = await knock(await in_thread(person_of, cast.bob))
        await a_list(host, door)
        if host.podman_version.startswith(("4.", "5.4.")):
            for path in ("artifacts/json", "volumes/data/export"):
                assert (await door.ask(f"GET {V}/{path}")).status == 404
            return
        await an_artifact(host, door)
        got = await door.ask(f"GET {V}/volumes/data/export")
        with tarfile.open(fileobj=io.BytesIO(got.body)) as tar:
            assert [one.name for one in tar if one.isfile()] == ["tide"]


async def a_list(host: Host, door: Door) -> None:
    query = urlencode({"images": f"{IMAGE}:latest"})
    got = await door.ask(f"POST {V}/manifests/tides%3A1?{query}")
    assert got.status in (200, 201), got.body
    [entry] = json.loads(host.podman("manifest", "inspect", LIST))["manifests"]
    got = await door.ask(f"GET {V}/manifests/{quoted(LIST)}/json")
    assert got.json["manifests"][0]["digest"] == entry["digest"]
    body = json.dumps({"operation": "remove", "images": [entry["digest"]]}).encode()
    assert (await door.ask(f"PUT {V}/manifests/tides%3A1", body=body)).status == 200
    assert not json.loads(host.podman("manifest", "inspect", LIST))["manifests"]
    assert (await door.ask(f"DELETE {V}/manifests/tides%3A1")).status == 200
    assert LIST not in host.podman("images", "--format", "{{.Repository}}:{{.Tag}}")


async def an_artifact(host: Host, door: Door) -> None:
    query = urlencode({"name": NAME, "fileName": "table.txt"})
    got = await door.ask(f"POST {V}/artifacts/add?{query}", body=b"high at noon")
    assert got.status == 201, got.body
    told = json.loads(host.podman("artifact", "inspect", NAME))
    assert got.json["ArtifactDigest"] == told["Digest"]
    assert [one["Name"] for one in (await door.ask(f"GET {V}/artifacts/json")).json] == [NAME]
    got = await door.ask(f"GET {V}/artifacts/{quoted(NAME)}/extract")
    with tarfile.open(fileobj=io.BytesIO(got.body)) as tar:
        [file] = tar
        assert (file.name, (tar.extractfile(file) or io.BytesIO()).read()) == (
            "table.txt",
            b"high at noon",
        )
    got = await door.ask(f"DELETE {V}/artifacts/remove?artifacts={quoted(NAME)}")
    assert (got.status, NAME in host.podman("artifact", "ls")) == (200, False), got.body
