"""Kube files by Podman's own client; the host says what came of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from hosts.database_threads import in_thread
from hosts.models import Guardrail
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.jobs.conftest import vault_keys
from tests.lab.hosts import Host
from tests.lab.real_endpoint import endpoint_on
from tests.lab.test_gate_clients import IMAGE, host, outcomes, run
from tests.lab.test_gate_objects import narrowed, told

__all__ = ["endpoint_on", "host", "narrowed", "run", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)
PVC = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
}


def pod(**given: Any) -> dict[str, Any]:
    container = {
        "name": "web",
        "image": f"{IMAGE}:latest",
        "command": ["sleep", "1000"],
        "env": [{"name": "PASSWORD", "value": "canary"}],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "shop"},
        "spec": {"containers": [container | given], "volumes": volumes},
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "shop.yaml", PVC, pod())


def write(path: Path, *documents: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump_all(documents))
    return path


@pytest.fixture(autouse=True)
def tidied(host: Host) -> Iterator[None]:
    yield
    host.podman("pod", "rm", "-af", "-t", "0")
    host.podman("volume", "rm", "-af")


async def test_played_and_taken_down(host: Host, run: Any, cast: Cast, file: Path) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    answered = await said("podman", "kube", "play", str(file))
    assert told(host, "pod", "inspect", "-f", "{{.ID}}", "shop") in answered
    assert told(host, "inspect", "-f", "{{.State.Running}}", "shop-web") == "true"
    assert "already exist" in await said("podman", "kube", "play", str(file), fails=True)
    await said("podman", "kube", "play", "--replace", str(file))
    generated = await said("podman", "kube", "generate", "shop")
    assert yaml.safe_load(generated)["metadata"]["name"] == "shop"
    await said("podman", "kube", "down", str(file))
    assert told(host, "pod", "ls", "-q") == ""
    assert told(host, "volume", "ls", "-q") == "data"
    await said("podman", "kube", "play", "--start=false", str(file))
    assert told(host, "inspect", "-f", "{{.State.Status}}", "shop-web") == "created"
    await said("podman", "kube", "down", "--force", str(file))
    assert told(host, "volume", "ls", "-q") == ""
    assert [verb for verb, result in await outcomes() if result != "ok"] == []


async def test_a_rule_is_in_the_way(host: Host, run: Any, cast: Cast, file: Path) -> None:
    await in_thread(
        lambda: Guardrail.objects.create(
            name="none of those", kind="privileged", severity="refuse", everywhere=True
        )
    )
    write(file, PVC, pod(securityContext={"privileged": True}))
    said = await run(await in_thread(person_of, cast.alice))
    assert "none of those" in await said("podman", "kube", "play", str(file), fails=True)
    assert told(host, "pod", "ls", "-q") == told(host, "volume", "ls", "-q") == ""
    for words in (["--publish", "8080:80"], ["--userns", "host"], ["--network", "host"]):
        await said("podman", "kube", "play", *words, str(file), fails=True)
    assert told(host, "pod", "ls", "-q") == ""


async def test_whoever_has_some_containers(
    host: Host, run: Any, cast: Cast, narrowed: Any, file: Path
) -> None:
    owner = await run(await in_thread(person_of, cast.alice))
    await owner("podman", "kube", "play", str(file))
    said = await run(narrowed)
    # it takes down first, by a call of its own
    assert "kube.down" in await said("podman", "kube", "play", "--replace", str(file), fails=True)
    assert "kube.play" in await said("podman", "kube", "play", str(file), fails=True)
    assert "kube.down" in await said("podman", "kube", "down", str(file), fails=True)
    await said("podman", "kube", "generate", "shop", fails=True)
    assert told(host, "inspect", "-f", "{{.State.Running}}", "shop-web") == "true"


async def test_values_are_for_whoever_may_see_them(
    host: Host, run: Any, cast: Cast, file: Path
) -> None:
    owner = await run(await in_thread(person_of, cast.alice))
    await owner("podman", "kube", "play", str(file))
    viewer = await run(await in_thread(person_of, cast.charlie))
    seen = await viewer("podman", "kube", "generate", "shop")
    assert "PASSWORD" in seen
    assert "canary" not in seen
    assert "canary" in await owner("podman", "kube", "generate", "shop")
