"""A Podman that exited when idle wakes with the next call, be it a POST over a session kept."""

import asyncio

import pytest

from hosts.podman import containers
from tests.lab.hosts import Lab
from tests.lab.podman_hosts import client
from tests.lab.wait import until

pytestmark = pytest.mark.usefixtures("clean_hosts")


async def test_a_change_after_idle_exit_reaches_podman_once(lab: Lab, faults: None) -> None:
    host = lab.idle_exit
    async with client(host) as podman:
        spec = {"image": "localhost/busybox:latest", "command": ["/bin/true"]}
        container, _ = await containers.create(podman, spec)
        await asyncio.to_thread(until, "idle exit", lambda: not host.podman_serves())
        assert await containers.start(podman, container) is True
        assert await containers.wait(podman, container) == 0
