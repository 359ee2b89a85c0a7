"""Compose through the gate and the link's own relay: ten services, and nothing is told twice."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from audit.models import Entry
from hosts.database_threads import in_thread
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.lab.hosts import Host, Lab
from tests.lab.link_process import Link, link, register, until
from tests.lab.test_gate_clients import IMAGE, clients_at, on_docker_hub, outcomes

__all__ = ["link", "on_docker_hub"]
pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 240
# what observed_by_now does by hand
MARKER = [("network.create", "marker"), ("network.remove", "marker")]


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Host:
    return lab.hosts[0]


def project(folder: Path) -> Path:
    """Ten services with what people give theirs."""
    for name in ("password", "settings"):
        (folder / name).write_text("of the client")
    service = {"image": "busybox", "command": "sleep 1000", "stop_grace_period": "0s"}
    services: dict[str, Any] = {f"s{number}": dict(service) for number in range(9)}
    services["db"] = {
        **service,
        "networks": {"back": {"aliases": ["database"]}},
        "volumes": ["data:/data"],
        "healthcheck": {"test": ["CMD", "true"], "interval": "5s"},
    }
    services["s0"] |= {
        "networks": ["back", "front"],
        "depends_on": ["db"],
        "secrets": ["password"],
        "configs": ["settings"],
    }
    told = {
        "services": services,
        "networks": {"back": {}, "front": {}},
        "volumes": {"data": {}},
        "secrets": {"password": {"file": str(folder / "password")}},
        "configs": {"settings": {"file": str(folder / "settings")}},
    }
    file = folder / "compose.yaml"
    file.write_text(json.dumps(told))
    return file


def observed() -> list[tuple[str, str]]:
    rows = Entry.objects.filter(kind="observed").order_by("number")
    return list(rows.values_list("verb", "target_name"))


async def observed_by_now(host: Host) -> list[tuple[str, str]]:
    """All until here: what somebody does past the gate comes after it."""
    before = len(await in_thread(observed))
    host.podman("network", "create", "marker")
    host.podman("network", "rm", "marker")

    def removed() -> bool:
        return ("network.remove", "marker") in observed()[before:]

    await in_thread(lambda: until("seen", removed))
    return await in_thread(observed)


@pytest.mark.usefixtures("on_docker_hub")
async def test_ten_services_up_and_down(
    must_have: Any, host: Host, link: Link, cast: Cast, tmp_path: Path
) -> None:
    must_have(shutil.which("docker-compose"), "no docker-compose here: apt install docker-compose")
    endpoint = await in_thread(register, host)
    # secrets and configs are files of the host
    files = f"cd {tmp_path}; printf canary >password; printf depth >settings"
    host.run("sh", "-c", f"mkdir -p {tmp_path}; {files}")
    # what the test before this one left, and its removal
    before = await observed_by_now(host)
    words = ("docker-compose", "-p", "shop", "-f", str(project(tmp_path)))
    async with clients_at(endpoint.pk, tmp_path) as run:
        said = await run(await in_thread(person_of, cast.bob))
        await said(*words, "up", "-d", limit_s=PATIENCE_S)
        networks = host.podman("inspect", "-f", "{{json .NetworkSettings.Networks}}", "shop-s0-1")
        assert sorted(json.loads(networks)) == ["shop_back", "shop_front"]
        inside = ("exec", "-T", "s0", "cat", "/run/secrets/password", "/settings")
        assert await said(*words, *inside) == "canarydepth"
        assert "shop-db-1" in await said(*words, "ps")
        await said(*words, "down", "-v", "-t", "0", limit_s=PATIENCE_S)
    assert host.podman("ps", "-aq", "--filter", "name=shop").strip() == ""
    assert "shop" not in host.podman("volume", "ls", "-q") + host.podman("network", "ls")
    assert {verb for verb, result in await outcomes() if result != "ok"} == set()
    assert (await observed_by_now(host))[len(before) :] == MARKER


@pytest.mark.usefixtures("on_docker_hub")
async def test_single_commands(
    must_have: Any, host: Host, link: Link, cast: Cast, tmp_path: Path
) -> None:
    """Also of containers whose names Podman makes up."""
    must_have(shutil.which("docker"), "no docker here: apt install docker-cli")
    endpoint = await in_thread(register, host)
    before = await observed_by_now(host)
    async with clients_at(endpoint.pk, tmp_path) as run:
        said = await run(await in_thread(person_of, cast.bob))
        first = (await said("docker", "run", "-d", "busybox", "true")).split()[-1]
        await said("docker", "rm", first)
        own_id = (await said("podman", "run", "-d", IMAGE, "sleep", "1000")).split()[-1]
        await said("docker", "restart", "-t", "0", own_id)
        await said("podman", "exec", own_id, "true")
        await said("podman", "rm", "-f", "-t", "0", own_id)
        await said("podman", "tag", IMAGE, "localhost/other:1")
        await said("podman", "rmi", "localhost/other:1")
    # docker run -d leaves before its wait has ended
    assert {result for _verb, result in await outcomes()} <= {"ok", "cancelled"}
    assert (await observed_by_now(host))[len(before) :] == MARKER
