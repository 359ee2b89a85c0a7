"""A container read back: from podman's own command line, and from inspect alone."""

import shlex
from typing import Any

import pytest

from hosts.actions.run.existing import Source, existing, look
from hosts.actions.run.pasted_line import read
from hosts.actions.run.run_spec import build, params_of
from hosts.podman import containers
from tests.lab.hosts import Host
from tests.lab.podman_hosts import client
from tests.lab.test_run_lines import EACH, IMAGE, LINES, differences, furnished, here, told

__all__ = ["furnished"]


def spec_of(name: str) -> dict[str, Any]:
    line = LINES[name]["line"]
    words = here(line, read(line).fields["image"])
    if IMAGE not in words:
        short = read(line).fields["image"].removeprefix("docker.io/").removeprefix("library/")
        words = [IMAGE if word == short else word for word in words]
    parsed = read(shlex.join(["podman", "run", *words]))
    env = dict(pair.split("=", 1) for pair in parsed.many["environment"])
    return build(params_of(parsed.texts()), env, job_id=1)


@pytest.mark.parametrize("name", EACH)
async def test_from_inspect_alone_it_is_made_the_same(furnished: Host, name: str) -> None:
    async with client(furnished) as podman:
        made, _warnings = await containers.create(podman, spec_of(name))
        found = await look(podman, made)
        first = told(furnished, made, LINES[name]["line"])
        there = existing(found, keep_volumes=False)
        assert there.source is Source.INSPECT
        furnished.podman("rm", "-f", "-t", "0", made)
        again = build(params_of(there.texts), there.env, job_id=1)
        second, _warnings = await containers.create(podman, again)
    then = told(furnished, second, LINES[name]["line"])
    furnished.podman("rm", "-f", "-t", "0", second)
    assert differences(first, then) == {}
