"""Manifest lists and volumes' archives by Podman's own client; the host and the registry say what came."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hosts.database_threads import in_thread
from hosts.models import Guardrail
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import knocking
from tests.hosts.jobs.conftest import vault_keys
from tests.lab.hosts import Host
from tests.lab.hosts.registry import Registry
from tests.lab.real_endpoint import endpoint_on
from tests.lab.test_gate_clients import IMAGE, host, outcomes, run
from tests.lab.test_gate_images import names_on, only_its_own_images, params_of, registry_auth

__all__ = ["endpoint_on", "host", "only_its_own_images", "run", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)
LIST = "localhost/shop:1"


@pytest.fixture(autouse=True)
def no_lists(host: Host, only_its_own_images: None) -> Iterator[None]:
    """Podman's untag would take a list's name off its image."""
    yield
    for name in names_on(host) & {LIST, "localhost/other:1"}:
        host.podman("manifest", "rm", name)


def listed(host: Host, name: str = LIST) -> list[dict[str, Any]]:
    """What Podman there says is in the list."""
    return list(json.loads(host.podman("manifest", "inspect", name))["manifests"] or [])


async def test_a_list_from_its_making_to_its_end(
    host: Host, run: Any, cast: Cast, registry: Registry, tmp_path: Path
) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    manifest = ("podman", "manifest")
    await said(*manifest, "create", "shop:1", IMAGE)
    [entry] = listed(host)
    await said(*manifest, "exists", "shop:1")
    told = json.loads(await said(*manifest, "inspect", "shop:1"))
    assert told["manifests"][0]["digest"] == entry["digest"]
    await said(*manifest, "annotate", "--annotation", "a=b", "shop:1", entry["digest"])
    assert listed(host)[0]["annotations"] == {"a": "b"}
    auth = tmp_path / "auth.json"
    auth.write_text(json.dumps({"auths": {registry.address: {"auth": registry_auth(registry)}}}))
    pushed = f"{registry.address}/pushed/list:1"
    words = ("--authfile", str(auth), "--tls-verify=false")
    await said(*manifest, "push", *words, "shop:1", f"docker://{pushed}")
    await said(*manifest, "remove", "shop:1", entry["digest"])
    assert listed(host) == []
    await said(*manifest, "add", "shop:1", IMAGE)
    assert len(listed(host)) == 1
    await said(*manifest, "rm", "shop:1")
    assert LIST not in names_on(host)
    assert {result for _verb, result in await outcomes()} == {"ok"}
    [made] = await params_of("image.list_create")
    assert (made["name"], made["images"]) == (LIST, [f"containers-storage:{IMAGE}:latest"])
    assert (await params_of("image.push"))[0]["destination"] == pushed


async def test_what_is_no_list_or_names_a_file(host: Host, run: Any, cast: Cast) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    host.podman("manifest", "create", LIST)
    for source in ("docker-archive:/etc/shadow", "dir:/etc", "oci:/etc"):
        for words in (("create", "other:1", source), ("add", "shop:1", source)):
            told = await said("podman", "manifest", *words, fails=True)
            assert "neither an image of the host nor of a registry" in told
    assert listed(host) == []
    # nothing is asked of a registry with the host's own password
    told = await said("podman", "manifest", "inspect", "registry.example.org/a:1", fails=True)
    assert "not found" in told
    assert "not found" in await said("podman", "manifest", "inspect", IMAGE, fails=True)


async def test_rules_locks_and_rights(host: Host, run: Any, cast: Cast) -> None:
    host.podman("manifest", "create", LIST)
    said = await run(await in_thread(person_of, cast.bob))

    def rule() -> None:
        Guardrail.objects.create(
            name="ours",
            kind="images",
            settings={"allow": ["registry.example.org"]},
            severity="refuse",
            everywhere=True,
        )

    await in_thread(rule)
    for words in (("create", "other:1", IMAGE), ("add", "shop:1", IMAGE)):
        assert "“ours” refuses it" in await said("podman", "manifest", *words, fails=True)
    viewer = await run(await in_thread(person_of, cast.charlie))
    await viewer("podman", "manifest", "exists", "shop:1")
    assert "image.remove" in await viewer("podman", "manifest", "rm", "shop:1", fails=True)
    assert listed(host) == []


async def test_a_volume_s_files(host: Host, endpoint_on: Any, cast: Cast, tmp_path: Path) -> None:
    """Podman 5.4 has no such call for clients: the host's own words come through."""
    host.podman("volume", "create", "data")
    try:
        endpoint = await in_thread(endpoint_on, host)
        async with knocking(endpoint.pk) as knock:
            door = await knock(await in_thread(person_of, cast.bob))
            got = await door.ask("GET /v5.4.0/libpod/volumes/data/export")
        assert (got.status, got.body) == (404, b"Not Found\n")
    finally:
        host.podman("volume", "rm", "data")


async def test_docker_logs_in_without_the_gate(
    must_have: Any, run: Any, cast: Cast, registry: Registry, tmp_path: Path
) -> None:
    """What docs/clients.md says instead is another program, which asks the registry itself."""
    must_have(shutil.which("docker"), "no docker here: apt install docker-cli")
    said = await run(await in_thread(person_of, cast.bob))
    login = ("login", "-u", registry.user, "--password-stdin", registry.address)
    told = await said("docker", *login, stdin=registry.password, fails=True)
    assert "not open to clients" in told
    file = tmp_path / "config.json"
    await said(
        "podman", "login", "--tls-verify=false", "--compat-auth-file", str(file), *login[1:],
        stdin=registry.password,
    )  # fmt: skip
    written = json.loads(file.read_text())["auths"][registry.address]["auth"]
    assert written == registry_auth(registry)


async def test_stats_of_pods(host: Host, run: Any, cast: Cast) -> None:
    host.podman("pod", "create", "--name", "shop")
    try:
        host.podman("run", "-d", "--pod", "shop", "--name", "web", IMAGE, "sleep", "99")
        said = await run(await in_thread(person_of, cast.bob))
        told = await said("podman", "pod", "stats", "--no-stream", "--format", "{{.Name}}", "shop")
        assert "web" in told
    finally:
        host.podman("pod", "rm", "-f", "-t", "0", "shop")


async def test_health_of_a_container(host: Host, run: Any, cast: Cast) -> None:
    host.podman("run", "-d", "--name", "web", IMAGE, "sleep", "99")
    said = await run(await in_thread(person_of, cast.bob))
    await said("podman", "update", "--health-cmd", "true", "--health-interval", "33s", "web")
    config = json.loads(host.podman("inspect", "-f", "{{json .Config.Healthcheck}}", "web"))
    assert config["Interval"] == 33 * 10**9
    told = await said("podman", "update", "--health-log-destination", "/tmp", "web", fails=True)
    assert "health_log_destination" in told
