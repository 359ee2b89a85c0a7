"""Podman's and Docker's own clients, where a second person has to approve: the same command passes once."""

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from hosts.actions.approvals import decide
from hosts.database_threads import in_thread
from hosts.gate.changes import approval
from hosts.models import Approval, FreezeWindow, Guardrail, Job
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.lab.hosts import Host
from tests.lab.test_gate_clients import (
    IMAGE,
    endpoint_on,
    host,
    on_docker_hub,
    outcomes,
    run,
    vault_keys,
)
from tests.lab.test_gate_kube import pod, write

__all__ = ["endpoint_on", "host", "on_docker_hub", "run", "vault_keys"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]


async def approved(said: str, cast: Cast) -> None:
    """Alice approves what a refusal names."""
    found = re.search(r"Request (\d+) waits for approval: (http\S+/)\. ", said)
    assert found, said
    assert found[2].endswith(f"/access/requests/approvals/{found[1]}/")
    await in_thread(lambda: decide.approve(person_of(cast.alice), int(found[1])))


async def test_podman_run_with_the_host_s_network(host: Host, run: Any, cast: Cast) -> None:
    await in_thread(
        lambda: Guardrail.objects.create(
            name="no host network", kind="host_namespaces", severity="ask", everywhere=True
        )
    )
    client = await run(await in_thread(person_of, cast.bob))
    words = ("podman", "run", "-d", "--name", "reader", "--network", "host", IMAGE, "sleep", "99")
    said = await client(*words, fails=True)
    assert "“no host network” asks for approval (netns)" in said
    # the same one
    assert await client(*words, fails=True) == said
    assert "reader" not in host.podman("ps", "-a")
    await approved(said, cast)
    await client(*words)
    mode = host.podman("inspect", "--format", "{{.HostConfig.NetworkMode}}", "reader")
    assert mode.strip() == "host"
    await client("podman", "rm", "-f", "-t", "0", "reader")
    assert "waits for approval" in await client(*words, fails=True)
    assert await in_thread(Approval.objects.count) == 2
    assert [result for verb, result in await outcomes() if verb == "container.create"] == ["ok"]


async def freeze() -> None:
    now = timezone.now()
    await in_thread(
        lambda: FreezeWindow.objects.create(
            name="year's end",
            severity="ask",
            everywhere=True,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=1),
        )
    )


@pytest.mark.usefixtures("on_docker_hub")
async def test_docker_in_a_freeze(must_have: Any, host: Host, run: Any, cast: Cast) -> None:
    must_have(shutil.which("docker"), "no docker here: apt install docker-cli")
    await freeze()
    client = await run(await in_thread(person_of, cast.bob))
    words = ("docker", "run", "-d", "--name", "shop", "busybox", "sleep", "99")
    await approved(await client(*words, fails=True), cast)
    # its create was approved, and it is started with that
    await client(*words)
    assert "true" in host.podman("inspect", "-f", "{{.State.Running}}", "shop")
    stop = ("docker", "stop", "-t", "0", "shop")
    said = await client(*stop, fails=True)
    assert "year's end" in said
    assert "true" in host.podman("inspect", "-f", "{{.State.Running}}", "shop")
    await approved(said, cast)
    await client(*stop)
    assert "false" in host.podman("inspect", "-f", "{{.State.Running}}", "shop")
    assert set(await in_thread(lambda: list(Job.objects.values_list("state", flat=True)))) == {"ok"}


async def waiting() -> list[Approval]:
    return await in_thread(lambda: list(Approval.objects.filter(state="asked").order_by("pk")))


async def approved_together(cast: Cast) -> list[Approval]:
    """Alice presses the button for all that wait."""
    asked = await waiting()
    rows = [one.pk for one in asked]
    await in_thread(lambda: decide.decide_together(decide.approve, person_of(cast.alice), rows))
    return asked


@pytest.mark.parametrize("client", ["podman", "docker"])
async def test_prunes_in_a_freeze(
    must_have: Any, host: Host, run: Any, cast: Cast, client: str
) -> None:
    must_have(shutil.which(client), f"no {client} here")
    host.podman("create", "--name", "one", IMAGE, "true")
    host.podman("volume", "create", "spare")
    await freeze()
    said = await run(await in_thread(person_of, cast.bob))
    words = (client, "container", "prune", "-f")
    refused = await said(*words, fails=True)
    assert "one" in host.podman("ps", "-a", "--format", "{{.Names}}")
    await approved(refused, cast)
    host.podman("create", "--name", "two", IMAGE, "true")
    # what is new stays, and Podman's client counts that as a failure
    answered = await said(*words, fails=client == "podman")
    assert client == "docker" or "is not among what was approved" in answered
    assert host.podman("ps", "-a", "--format", "{{.Names}}").split() == ["two"]
    whole = (client, "system", "prune", "-f", "--volumes")
    # docker's client asks for the containers first, and for the rest when they are gone
    for _kind in range(1 if client == "podman" else 2):
        assert "approval" in await said(*whole, fails=True)
        await approved_together(cast)
    await said(*whole)
    assert host.podman("ps", "-aq").strip() == host.podman("volume", "ls", "-q").strip() == ""


async def test_a_kube_file_in_a_freeze(host: Host, run: Any, cast: Cast, tmp_path: Path) -> None:
    file = write(tmp_path / "shop.yaml", pod(volumeMounts=[]))
    await freeze()
    said = await run(await in_thread(person_of, cast.bob))
    try:
        for words in (("kube", "play", str(file)), ("kube", "down", str(file))):
            refused = await said("podman", *words, fails=True)
            await approved(refused, cast)
            await said("podman", *words)
            there = host.podman("pod", "ps", "--format", "{{.Name}}").split()
            assert there == (["shop"] if words[1] == "play" else [])
    finally:
        host.podman("pod", "rm", "-af", "-t", "0")


@pytest.mark.usefixtures("on_docker_hub")
async def test_compose_in_a_freeze(
    must_have: Any, host: Host, run: Any, cast: Cast, tmp_path: Path, monkeypatch: Any
) -> None:
    # a busy machine takes longer until all of them have come
    monkeypatch.setattr(approval, "TOGETHER_S", 5.0)
    must_have(shutil.which("docker-compose"), "no docker-compose here: apt install docker-compose")
    services = {
        name: {"image": "busybox", "command": "sleep 99", "network_mode": "none"}
        for name in ("a", "b", "c")
    }
    file = tmp_path / "compose.yaml"
    file.write_text(json.dumps({"services": services}))
    await freeze()
    said = await run(await in_thread(person_of, cast.bob))
    words = ("docker-compose", "-p", "shop", "-f", str(file), "up", "-d")
    refused = await said(*words, fails=True)
    asked = await approved_together(cast)
    assert {one.group for one in asked} == {"compose shop"}
    numbers = ", ".join(str(one.pk) for one in asked)
    assert (len(asked), f"Requests {numbers} (compose shop)" in refused) == (3, True)
    await said(*words)
    assert len(host.podman("ps", "-q").split()) == 3
