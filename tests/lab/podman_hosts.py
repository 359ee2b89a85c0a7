"""Each Podman version of the lab as one fixture, cleaned up after each test."""

from collections.abc import Callable, Iterator

import pytest

from hosts.podman import Podman, UnixDial
from tests.lab.hosts import Host, Lab
from tests.lab.hosts.versions import is_installed

VERSIONS = ("4.3", "5.4", "5.8", "6.1")
DEBIANS = "5.4"  # what this machine has, mostly


@pytest.fixture(
    params=[
        version if version == DEBIANS else pytest.param(version, marks=pytest.mark.more)
        for version in VERSIONS
    ]
)
def any_lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab with that Podman on its first host. On others than Debian's only with --all.

    One test of each subject is marked `on_every_podman` and runs on all of them always.
    """
    if request.config.getoption("--hosts"):
        pytest.skip("needs Podman's socket on this machine: not on your own hosts (--hosts)")
    version: str = request.param
    if is_installed(version):
        lab: Lab = request.getfixturevalue("lab")
    else:
        lab_of: Callable[[str], Lab] = request.getfixturevalue("lab_of")
        lab = lab_of(version)
    yield lab
    emptied(lab.hosts[0])


@pytest.fixture
def any_host(any_lab: Lab) -> Host:
    """Its first host."""
    return any_lab.hosts[0]


def can_limit(host: Host) -> bool:
    """Whether memory, CPU and processes can be limited: v2 beside v1 has no controllers left."""
    v2_controllers = "{{.Host.CgroupsVersion}} {{.Host.CgroupControllers}}"
    version, found = host.podman("info", "--format", v2_controllers).split(" ", 1)
    return version == "v1" or "memory" in found


def emptied(host: Host) -> None:
    """Remove what a test has left there."""
    for login in host.logins:
        host.podman("pod", "rm", "-fa", "-t", "0", user=login.user)
        host.podman("rm", "-fa", "-t", "0", user=login.user)
        host.podman("volume", "rm", "-af", user=login.user)  # prune: not those with names, in 6


def client(host: Host, *, timeout_s: float = 30.0, user: str = "root") -> Podman:
    return Podman(UnixDial(str(host.login(user).local_socket)), timeout_s)
