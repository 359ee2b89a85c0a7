"""A container read back: from podman's own command line, and from inspect alone."""

import shlex
from typing import Any

import pytest

from hosts.actions.run.existing import Source, inspect_with_image, read_existing
from hosts.actions.run.pasted_line import read
from hosts.actions.run.run_spec import build, params_of
from hosts.podman import containers
from tests.lab.hosts import Host
from tests.lab.podman_hosts import any_host, any_lab, client
from tests.lab.test_run_lines import EACH, IMAGE, LINES, differences, furnished, here, told

__all__ = ["any_host", "any_lab", "furnished"]


def spec_of(name: str) -> dict[str, Any]:
    line = LINES[name]["line"]
    words = here(line, read(line).fields["image"])
    if IMAGE not in words:
        short = read(line).fields["image"].removeprefix("docker.io/").removeprefix("library/")
        words = [IMAGE if word == short else word for word in words]
    parsed = read(shlex.join(["podman", "run", *words]))
    env = dict(pair.split("=", 1) for pair in parsed.many["environment"])
    return build(params_of(parsed.texts()), env, job_id=1)


async def again(host: Host, name: str) -> dict[str, tuple[Any, Any]]:
    """What differs between a container and another one made from its inspect alone."""
    async with client(host) as podman:
        made, _warnings = await containers.create(podman, spec_of(name))
        found = await inspect_with_image(podman, made)
        first = told(host, made, LINES[name]["line"])
        there = read_existing(found, 0, keep_volumes=False)
        assert there.source is Source.INSPECT
        host.podman("rm", "-f", "-t", "0", made)
        second, _warnings = await containers.create(
            podman, build(params_of(there.texts), there.env, job_id=1)
        )
    then = told(host, second, LINES[name]["line"])
    host.podman("rm", "-f", "-t", "0", second)
    return differences(first, then)


@pytest.mark.parametrize("name", EACH)
async def test_from_inspect_alone_it_is_made_the_same(furnished: Host, name: str) -> None:
    assert await again(furnished, name) == {}


@pytest.mark.parametrize("name", ["health", "systemd", "frigate", "cloudflared", "cadvisor"])
async def test_on_every_podman(any_host: Host, name: str) -> None:
    # inspect does not say which cgroup namespace was asked for and which is usual there
    lost = {".HostConfig.CgroupMode"} if any_host.systemd else set()
    assert (await again(any_host, name)).keys() <= lost
