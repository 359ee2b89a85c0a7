"""The simulated fleet answers over SSH as Podman does, so that what is measured on it means something."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest
import pytest_asyncio

from hosts.link import keys
from hosts.link.addresses import AddressPolicy
from hosts.link.errors import LinkError
from hosts.link.relay import Relay
from hosts.link.sockets import endpoint_socket
from hosts.link.ssh import connect
from hosts.link.target import SshTarget
from hosts.podman import Podman, UnixDial, containers, events, images, networks, pods, stats, system
from hosts.podman import volumes as volumes_api
from hosts.podman.errors import Conflict, NotFound
from tests.bench.fleet import content
from tests.bench.fleet.server import SOCKET, USER, SimulatedFleet, Where

KEY = keys.generate()
LOOPBACK = AddressPolicy(allow_loopback=True)


@pytest_asyncio.fixture
async def fleet() -> AsyncIterator[SimulatedFleet]:
    async with SimulatedFleet(KEY, hosts=3, containers=5) as running:
        yield running


@contextlib.asynccontextmanager
async def podman_of(
    where: Where, folder: Path, *, key: asyncssh.SSHKey = KEY
) -> AsyncIterator[Podman]:
    """The product's own way to a host: SSH connection, relay, client."""
    connection = await connect(
        SshTarget(where.address, where.port, USER, key, where.host_key_line), LOOPBACK
    )
    relay = Relay(folder, 1, SOCKET)
    await relay.start()
    relay.attach(connection)
    try:
        async with Podman(UnixDial(str(endpoint_socket(folder, 1)))) as podman:
            yield podman
    finally:
        await relay.close()
        await connection.close()


async def test_each_host_has_its_own_containers(fleet: SimulatedFleet, short_folder: Path) -> None:
    seen = []
    for where in fleet.where:
        async with podman_of(where, short_folder) as podman:
            seen.append([item["Id"] for item in await containers.list_containers(podman)])
    expected = [[content.container_id(host, n) for n in range(5)] for host in range(3)]
    assert seen == expected


async def test_lists_of_all_kinds(fleet: SimulatedFleet, short_folder: Path) -> None:
    async with podman_of(fleet.where[1], short_folder) as podman:
        assert (await system.ping(podman)).libpod == content.VERSION
        info = await system.info(podman)
        assert info["host"]["hostname"] == "sim0001"
        assert info["store"]["containerStore"]["number"] == 5
        assert len((await pods.list_pods(podman))[0]["Containers"] or []) == content.POD_SIZE
        assert len(await images.list_images(podman)) == 5
        assert len(await volumes_api.list_volumes(podman)) == 5
        assert [n["name"] for n in await networks.list_networks(podman)] == ["podman", "backend"]


async def test_a_change_shows_in_list_inspect_and_events(
    fleet: SimulatedFleet, short_folder: Path
) -> None:
    one = content.container_id(2, 3)
    async with podman_of(fleet.where[2], short_folder) as podman:
        since = (await system.ping(podman)).now
        before = (await containers.inspect(podman, one))["State"]["Pid"]
        assert await containers.stop(podman, one)
        assert not await containers.stop(podman, one)
        with pytest.raises(Conflict):
            await containers.pause(podman, one)
        assert await containers.restart(podman, one)
        found = await containers.list_containers(podman, filters={"id": [one]})
        assert [item["State"] for item in found] == ["running"]
        assert (await containers.inspect(podman, one))["State"]["Pid"] > before
        with pytest.raises(NotFound):
            await containers.inspect(podman, "nobody")
        told = []
        async with (
            asyncio.timeout(5),
            contextlib.aclosing(events.follow(podman, since=since)) as stream,
        ):
            async for event in stream:
                assert events.subject(event) == one
                told.append(event["Action"])
                if event["Action"] == "start":
                    break
        assert told == ["died", "stop", "restart", "died", "init", "start"]


async def test_events_come_while_they_happen(fleet: SimulatedFleet, short_folder: Path) -> None:
    async with podman_of(fleet.where[0], short_folder) as podman:
        stream = events.follow(podman)
        first = asyncio.ensure_future(anext(stream))
        async with asyncio.timeout(5):
            while not fleet.hosts[0].listeners:
                await system.ping(podman)
            fleet.hosts[0].change(0, "pause")
            assert (await first)["Action"] == "pause"
        await stream.aclose()
        async with asyncio.timeout(5):
            while fleet.hosts[0].listeners:
                await system.ping(podman)


async def test_usage_rises_for_what_runs(fleet: SimulatedFleet, short_folder: Path) -> None:
    async with podman_of(fleet.where[0], short_folder) as podman:
        await containers.pause(podman, content.container_id(0, 0))
        async with (
            asyncio.timeout(10),
            contextlib.aclosing(stats.follow(podman, interval_s=1)) as stream,
        ):
            first, second, third = [await anext(stream) for _ in range(3)]
    running = [n for n in range(5) if fleet.hosts[0].state(n) == "running"]
    assert 0 not in running
    assert [usage.podman_id for usage in first] == [content.container_id(0, n) for n in running]
    for before, after in zip([*first, *second], [*second, *third], strict=True):
        assert after.cpu_ns >= before.cpu_ns
        assert after.system_ns > before.system_ns


async def test_only_the_right_key_to_the_right_host(
    fleet: SimulatedFleet, short_folder: Path
) -> None:
    with pytest.raises(LinkError) as refused:
        async with podman_of(fleet.where[0], short_folder, key=keys.generate()):
            pass
    assert refused.value.kind == "key-refused"
    assert len({where.host_key_line for where in fleet.where}) == 3
