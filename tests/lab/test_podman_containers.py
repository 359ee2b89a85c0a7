"""A container's whole life through the client, on each Podman version."""

import asyncio
from contextlib import aclosing

import pytest

from hosts.podman import Podman, containers, errors, system
from tests.hosts.podman.fake import frames_of
from tests.lab.hosts import Host
from tests.lab.podman_hosts import any_host, any_lab, client

__all__ = ["any_host", "any_lab"]

IMAGE = "localhost/busybox:latest"
STAY = ["/bin/sh", "-c", "echo out; echo err >&2; trap 'exit 7' TERM; while :; do sleep 0.1; done"]


async def running(podman: Podman, name: str = "stay") -> str:
    spec = {"name": name, "image": IMAGE, "command": STAY, "labels": {"x": "y"}}
    container, warnings = await containers.create(podman, spec)
    assert warnings == []
    assert await containers.start(podman, container) is True
    return container


async def test_restart_lets_the_container_end_by_itself(any_host: Host) -> None:
    """Within its own time to stop, when none is given."""
    async with client(any_host) as podman:
        polite = "trap 'echo told to end; exit 0' TERM; echo up; while :; do sleep 0.1; done"
        spec = {"name": "polite", "image": IMAGE, "command": ["/bin/sh", "-c", polite]}
        container, _warnings = await containers.create(podman, spec)
        await containers.start(podman, container)
        await until_log(podman, container, b"up\n")
        await containers.restart(podman, container)
        await until_log(podman, container, b"up\ntold to end\nup\n")


async def until_log(podman: Podman, container: str, wanted: bytes) -> None:
    """Until the container has written all that."""
    written = b""
    async with asyncio.timeout(20):
        async with aclosing(frames_of(podman, container, follow=True)) as frames:  # type: ignore[type-var]
            async for _stream, data in frames:
                written += data
                if written == wanted:
                    return


async def test_ping_info_df(any_host: Host) -> None:
    async with client(any_host) as podman:
        ping = await system.ping(podman)
        assert ping.libpod == any_host.podman_version
        assert ping.now is not None
        info = await system.info(podman)
        assert info["version"]["Version"] == ping.libpod
        assert info["store"]["graphRoot"]
        assert {"Images", "Containers", "Volumes"} <= set(await system.df(podman))


async def test_states_and_what_changes_nothing(any_host: Host) -> None:
    async with client(any_host) as podman:
        container = await running(podman)
        assert await containers.start(podman, container) is False
        (listed,) = await containers.list_containers(podman, filters={"id": [container]})
        assert listed["Id"] == container
        assert listed["Names"] == ["stay"]
        assert listed["State"] == "running"
        assert (listed["Labels"] or {})["x"] == "y"
        assert (await containers.inspect(podman, container))["Config"]["Cmd"] == STAY
        await containers.pause(podman, container)
        with pytest.raises(errors.Conflict):
            await containers.pause(podman, container)
        await containers.unpause(podman, container)
        with pytest.raises(errors.Conflict):
            await containers.unpause(podman, container)
        await containers.restart(podman, container, wait_s=5)
        titles, rows = await containers.top(podman, container)
        assert len(rows[0]) == len(titles)
        await containers.rename(podman, container, name="renamed")
        assert await containers.stop(podman, container, wait_s=60) is True
        assert await containers.stop(podman, container, wait_s=60) is False
        assert await containers.wait(podman, container) == 7
        with pytest.raises(errors.Conflict):
            await containers.kill(podman, container)
        with pytest.raises(errors.Conflict):
            await containers.top(podman, container)
        await containers.remove(podman, "renamed")
        with pytest.raises(errors.NotFound):
            await containers.remove(podman, container)
        assert await containers.list_containers(podman, filters={"id": [container]}) == []


async def test_refusals_in_podmans_own_words(any_host: Host) -> None:
    async with client(any_host) as podman:
        container = await running(podman)
        with pytest.raises(errors.Conflict) as taken:
            await containers.create(podman, {"name": "stay", "image": IMAGE, "command": ["true"]})
        assert "already in use" in taken.value.message
        with pytest.raises(errors.NotFound) as absent:
            await containers.create(podman, {"image": "nowhere.example/x:1", "command": ["true"]})
        assert "nowhere.example/x:1" in absent.value.message
        with pytest.raises(errors.Conflict):
            await containers.remove(podman, container)
        with pytest.raises(errors.Conflict):
            await containers.healthcheck(podman, container)
        await containers.remove(podman, container, force=True, volumes=True, wait_s=0)


@pytest.mark.on_every_podman
async def test_logs_read_and_followed(any_host: Host) -> None:
    async with client(any_host) as podman:
        container = await running(podman)
        async with (
            asyncio.timeout(20),
            aclosing(frames_of(podman, container, follow=True)) as frames,  # type: ignore[type-var]
        ):
            seen = [await anext(frames), await anext(frames)]
        assert sorted(seen) == [(1, b"out\n"), (2, b"err\n")]
        only = [f async for f in frames_of(podman, container, stdout=False, tail=1)]
        assert only == [(2, b"err\n")]
        (stamped,) = [
            frame async for frame in frames_of(podman, container, stderr=False, timestamps=True)
        ]
        assert stamped.data[:2] == b"20"
        assert stamped.data.endswith(b" out\n")


async def test_follow_ends_with_the_container(any_host: Host) -> None:
    async with client(any_host) as podman:
        script = "for i in 1 2 3; do echo $i; sleep 0.2; done"
        spec = {"image": IMAGE, "command": ["/bin/sh", "-c", script], "terminal": True}
        container, _ = await containers.create(podman, spec)
        await containers.start(podman, container)
        async with asyncio.timeout(20):
            got = [f async for f in frames_of(podman, container, follow=True)]
        assert b"".join(frame.data for frame in got).split() == [b"1", b"2", b"3"]
