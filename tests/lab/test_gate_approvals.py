"""Podman's and Docker's own clients, where a second person has to approve: the same command passes once."""

import re
import shutil
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hosts.actions.approvals import decide
from hosts.database_threads import in_thread
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


@pytest.mark.usefixtures("on_docker_hub")
async def test_docker_in_a_freeze(must_have: Any, host: Host, run: Any, cast: Cast) -> None:
    must_have(shutil.which("docker"), "no docker here: apt install docker-cli")
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
