"""A line given to podman itself and pasted into the form makes the same container, says inspect."""

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from hosts.actions.run import create_container
from hosts.actions.run.existing import read_existing
from hosts.actions.run.pasted_line import read
from hosts.actions.run.run_spec import params_of, texts_of
from tests.lab.hosts import Host
from tests.lab.podman_hosts import any_host, any_lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.swap_cast import IMAGE, inspect

__all__ = ["any_host", "any_lab", "ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
MAPS = "--uidmap 0:100000:1000 --uidmap 1000:5000 --gidmap 0:200000:2000"
LINES = {
    "users and groups": MAPS,
    "users alone": "--uidmap 0:100000:1000",
    "groups alone": "--gidmap 0:100000:1000",
    "disks": "--blkio-weight-device /dev/null:200 --blkio-weight-device /dev/zero:300",
    "starting": "--health-cmd true --health-startup-cmd 'test -e /x' --health-startup-interval 7s "
    "--health-startup-timeout 2s --health-startup-success 2 --health-startup-retries 9",
    "starting, the rest as usual": '--health-cmd true --health-startup-cmd \'["test", "-e", "/x"]\'',
}


def judged(found: dict[str, Any]) -> dict[str, Any]:
    """What inspect says of the fields in question."""
    host, config = found["HostConfig"], found["Config"]
    return {
        "maps": host.get("IDMappings"),
        "userns": host["UsernsMode"],
        "note": (config["Annotations"] or {}).get("io.podman.annotations.userns"),
        "weights": sorted(host["BlkioWeightDevice"] or [], key=lambda one: str(one["Path"])),
        "check": config.get("Healthcheck"),
        "startup": config.get("StartupHealthCheck"),
    }


@pytest.fixture
def created(person: Any, worker: Any, ended: Any, endpoint_on: Any) -> Callable[..., Any]:
    """`created(host, line, user)`: made of a pasted line; what inspect says."""

    def make(host: Host, line: str, user: str = "root") -> dict[str, Any]:
        params = params_of(read(line).texts())
        job = create_container.ask(person, endpoint_on(host, user=user).pk, params=params, env={})
        worker().hand_over([job.pk])
        assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
        found = inspect(host, job.result["id"], user=user)
        # read back from inspect alone it is the same order
        bare = found | {"_image": {}}
        bare["Config"] = found["Config"] | {"CreateCommand": None}
        bare["Config"]["Annotations"] = {
            name: text
            for name, text in (found["Config"]["Annotations"] or {}).items()
            if not name.startswith("io.haulout")
        }
        again = params_of(read_existing(bare, 0).texts)
        for name in ("health_startup", "blkio_weight_device", "userns"):
            assert texts_of(again).get(name) == texts_of(params).get(name)
        return found

    return make


@pytest.mark.parametrize("flags", LINES.values(), ids=LINES)
def test_made_as_podman_makes_it(lab: Any, clean_hosts: None, created: Any, flags: str) -> None:
    host = lab.hosts[0]
    words = [*shlex.split(flags), IMAGE, "sleep", "1000"]
    host.podman("create", "--name", "theirs", *words)
    ours = created(host, shlex.join(["podman", "create", "--name", "ours", *words]))
    assert judged(ours) == judged(inspect(host, "theirs"))


def test_numbers_inside_are_those_given(any_host: Host, created: Any) -> None:
    host = any_host
    created(host, f"podman create --name mapped {MAPS} {IMAGE} sleep 1000")
    host.podman("start", "mapped")
    maps = host.podman("exec", "mapped", "cat", "/proc/self/uid_map", "/proc/self/gid_map")
    lines = {tuple(line.split()) for line in maps.splitlines()}
    assert lines == {("0", "100000", "1000"), ("1000", "5000", "1"), ("0", "200000", "2000")}


def test_of_a_rootless_user(lab: Any, clean_hosts: None, created: Any) -> None:
    host = lab.hosts[0]
    flags = ["--uidmap", "0:1:100", "--uidmap", "100:0:1"]
    host.podman("create", "--name", "theirs", *flags, IMAGE, "true", user="seal")
    line = shlex.join(["podman", "create", "--name", "ours", *flags, IMAGE, "true"])
    assert judged(created(host, line, "seal")) == judged(inspect(host, "theirs", user="seal"))
