"""Pods, volumes, networks and events, on each Podman version."""

import asyncio
from contextlib import aclosing

import pytest

from hosts.podman import containers, errors, events, networks, pods, secrets, system, volumes
from hosts.podman.paths import path
from tests.lab.hosts import Host
from tests.lab.podman_hosts import any_host, any_lab, client

__all__ = ["any_host", "any_lab"]

IMAGE = "localhost/busybox:latest"


@pytest.mark.on_every_podman
async def test_pod(any_host: Host) -> None:
    async with client(any_host) as podman:
        body = {"name": "group", "no_infra": True}
        made = await podman.call("POST", path("pods", "create"), body=body)
        pod = made.object()["Id"]
        stay = ["/bin/sh", "-c", "trap exit TERM; while :; do sleep 0.1; done"]
        spec = {"image": IMAGE, "pod": pod, "command": stay}
        container, _ = await containers.create(podman, spec)
        assert await pods.start(podman, pod) is True
        assert await pods.start(podman, pod) is False
        (listed,) = await pods.list_pods(podman)
        assert (listed["Id"], listed["Status"]) == (pod, "Running")
        assert [one["Id"] for one in listed["Containers"] or []] == [container]
        assert (await pods.inspect(podman, pod))["Id"] == pod
        with pytest.raises(errors.PodmanError) as refused:
            await pods.remove(podman, pod)
        assert "running" in refused.value.message
        await pods.pause(podman, pod)
        await pods.unpause(podman, pod)
        await pods.restart(podman, pod)
        await pods.kill(podman, pod)
        await pods.stop(podman, pod, wait_s=0)
        await pods.remove(podman, pod, force=True)
        with pytest.raises(errors.NotFound):
            await pods.inspect(podman, pod)


async def test_volume(any_host: Host) -> None:
    async with client(any_host) as podman:
        made = await volumes.create(podman, name="tide", labels={"a": "b"})
        assert (made["Name"], made["Labels"]) == ("tide", {"a": "b"})
        with pytest.raises(errors.Conflict):
            await volumes.create(podman, name="tide")
        assert "tide" in [one["Name"] for one in await volumes.list_volumes(podman)]
        mount = {"Name": "tide", "Dest": "/tide"}
        spec = {"image": IMAGE, "command": ["/bin/true"], "volumes": [mount]}
        container, _ = await containers.create(podman, spec)
        with pytest.raises(errors.Conflict):
            await volumes.remove(podman, "tide")
        await containers.remove(podman, container)
        await volumes.remove(podman, "tide")
        with pytest.raises(errors.NotFound):
            await volumes.inspect(podman, "tide")


async def test_network(any_host: Host) -> None:
    async with client(any_host) as podman:
        made = await networks.create(podman, {"name": "floe", "labels": {"a": "b"}})
        try:
            with pytest.raises(errors.Conflict):
                await networks.create(podman, {"name": "floe"})
            listed = {one["name"]: one for one in await networks.list_networks(podman)}
            assert listed["floe"]["id"] == made["id"]
            assert (await networks.inspect(podman, "floe"))["name"] == "floe"
        finally:
            await networks.remove(podman, "floe")
        with pytest.raises(errors.NotFound):
            await networks.remove(podman, "floe")
        with pytest.raises(errors.Conflict):
            await networks.remove(podman, "podman")


async def test_events_from_a_moment_on_without_gap(any_host: Host) -> None:
    async with client(any_host) as podman:
        since = (await system.ping(podman)).now
        container, _ = await containers.create(podman, {"image": IMAGE, "command": ["/bin/true"]})
        actions: list[str] = []
        keys = set()
        async with asyncio.timeout(20), aclosing(events.follow(podman, since=since)) as stream:
            async for event in stream:
                if events.subject(event) != container:
                    continue
                actions.append(event["Action"])
                keys.add(events.key(event))
                if event["Action"] == "create":
                    # seen although it happened before the watch; this one happens during it
                    await containers.start(podman, container)
                if event["Action"] == "died":
                    break
        assert actions[0] == "create"
        assert "start" in actions
        assert len(keys) == len(actions)


async def test_unknown_call_is_told_from_a_missing_object(any_host: Host) -> None:
    async with client(any_host) as podman:
        with pytest.raises(errors.Unsupported):
            await podman.get(path("seals"))
        with pytest.raises(errors.NotFound):
            await containers.inspect(podman, "seals")


async def test_secret_is_kept_and_not_shown(any_host: Host) -> None:
    async with client(any_host) as podman:
        made = await secrets.create(podman, "herring", b"canary-9f2", labels={"a": "b"})
        try:
            with pytest.raises(errors.Conflict):
                await secrets.create(podman, "herring", b"other")
            listed = {one["ID"]: one for one in await secrets.list_secrets(podman)}
            assert listed[made]["Spec"]["Name"] == "herring"
            assert "canary" not in str(await secrets.inspect(podman, "herring"))
        finally:
            await secrets.remove(podman, made)
        with pytest.raises(errors.NotFound):
            await secrets.remove(podman, "herring")
