"""Networks, limits, secrets and pods by Podman's and Docker's own clients; the host says if it happened."""

import json
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Role, User
from hosts.access import Person
from hosts.database_threads import in_thread
from hosts.models import Endpoint, Grant
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.jobs.conftest import vault_keys
from tests.lab.hosts import Host
from tests.lab.real_endpoint import endpoint_on
from tests.lab.test_gate_clients import IMAGE, host, on_docker_hub, outcomes, run

__all__ = ["endpoint_on", "host", "on_docker_hub", "run", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)
SLEEP = ("sleep", "1000")


def told(host: Host, *words: str) -> str:
    """What Podman itself says on its host."""
    return host.podman(*words).strip()


def networks_of(host: Host, name: str) -> list[str]:
    found = json.loads(told(host, "inspect", "-f", "{{json .NetworkSettings.Networks}}", name))
    return sorted(found)


@pytest.fixture
def networks(host: Host) -> Any:
    for name in ("back", "front"):
        host.podman("network", "create", name)
    yield
    host.podman("rm", "-af", "-t", "0")
    host.podman("network", "rm", "-f", "back", "front")


@pytest.mark.usefixtures("networks")
@pytest.mark.parametrize("client", ["podman", "docker"])
async def test_networks_of_a_container(host: Host, run: Any, cast: Cast, client: str) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    host.podman("run", "-d", "--name", "web", "--network", "back", IMAGE, *SLEEP)
    await said(client, "network", "connect", "--alias", "www", "front", "web")
    assert networks_of(host, "web") == ["back", "front"]
    # what the host says against it comes through
    assert "connected" in await said(client, "network", "connect", "front", "web", fails=True)
    await said(client, "network", "disconnect", "front", "web")
    assert networks_of(host, "web") == ["back"]
    expected = [
        ("network.connect", "ok"),
        ("network.connect", "failed"),
        ("network.disconnect", "ok"),
    ]
    assert await outcomes() == expected


@pytest.mark.usefixtures("networks")
async def test_servers_of_a_network(host: Host, run: Any, cast: Cast) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    await said("podman", "network", "update", "--dns-add", "10.0.0.9", "back")
    servers = "{{json .NetworkDNSServers}}"
    assert told(host, "network", "inspect", "-f", servers, "back") == '["10.0.0.9"]'
    await said("podman", "network", "update", "--dns-drop", "10.0.0.9", "back")
    assert "10.0.0.9" not in told(host, "network", "inspect", "back")


@pytest.mark.parametrize("client", ["podman", "docker"])
async def test_limits_of_a_container(host: Host, run: Any, cast: Cast, client: str) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    host.podman("run", "-d", "--name", "web", "--memory", "64m", IMAGE, *SLEEP)
    await said(client, "update", "--memory", "128m", "--restart", "on-failure:3", "web")
    limits = json.loads(told(host, "inspect", "-f", "{{json .HostConfig}}", "web"))
    assert limits["Memory"] == 128 * 1024 * 1024
    assert limits["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}
    assert await outcomes() == [("container.update", "ok")]


@pytest.mark.parametrize("client", ["podman", "docker"])
async def test_secrets(host: Host, run: Any, cast: Cast, client: str, tmp_path: Path) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    file = tmp_path / "value"
    file.write_text("canary")
    try:
        await said(client, "secret", "create", "--label", "a=b", "key", str(file))
        assert "key" in await said(client, "secret", "ls")
        if client == "podman":
            file.write_text("another")
            await said(client, "secret", "create", "--replace", "key", str(file))
        shown = json.loads(told(host, "secret", "inspect", "--showsecret", "key"))[0]
        assert shown["SecretData"] == ("another" if client == "podman" else "canary")
        assert "driver" in await said(
            "podman", "secret", "create", "--driver-opts", "path=/etc", "bad", str(file), fails=True
        )
        assert "bad" not in told(host, "secret", "ls")
    finally:
        host.podman("secret", "rm", "key")


async def test_pods(host: Host, run: Any, cast: Cast) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    made = (await said("podman", "pod", "create", "--name", "shop", "-p", "8099:80")).strip()
    assert told(host, "pod", "inspect", "-f", "{{.ID}}", "shop") == made
    await said("podman", "run", "-d", "--pod", "shop", "--name", "web", IMAGE, *SLEEP)
    assert told(host, "inspect", "-f", "{{.Pod}} {{.State.Running}}", "web") == f"{made} true"
    await said("podman", "run", "-d", "--pod", "new:bank", "--name", "till", IMAGE, *SLEEP)
    assert told(host, "pod", "inspect", "-f", "{{.State}}", "bank") == "Running"
    await said("podman", "pod", "rm", "-f", "-t", "0", "shop", "bank")
    assert told(host, "pod", "ls", "-q") == ""
    assert [verb for verb, result in await outcomes() if result != "ok"] == []


@pytest.fixture
async def narrowed(cast: Cast, run: Any) -> Person:
    """Charlie, who has the label app=shop there and nothing else."""

    def make() -> Person:
        endpoint = Endpoint.objects.get()
        member, operator = (Role.objects.get(name=name) for name in ("member", "operator"))
        User.objects.filter(pk=cast.charlie.pk).update(role=member)
        Grant.objects.create(
            user=cast.charlie, role=operator, endpoint=endpoint, label="app=shop", made_by="Alice"
        )
        return person_of(cast.charlie)

    return await in_thread(make)


@pytest.mark.usefixtures("networks")
async def test_a_viewer_and_whoever_has_some_containers(
    host: Host, run: Any, cast: Cast, narrowed: Person, tmp_path: Path
) -> None:
    host.podman("run", "-d", "--name", "web", "--label", "app=shop", IMAGE, *SLEEP)
    (tmp_path / "value").write_text("canary")
    said = await run(narrowed)
    await said("podman", "update", "--memory", "64m", "web")
    for words in (
        ("network", "connect", "front", "web"),
        ("secret", "create", "key", str(tmp_path / "value")),
        ("pod", "create", "shop"),
    ):
        for client in ("podman", "docker") if words[0] != "pod" else ("podman",):
            await said(client, *words, fails=True)
    assert networks_of(host, "web") == ["podman"]
    assert told(host, "secret", "ls", "-q") == told(host, "pod", "ls", "-q") == ""
