"""Fixtures that hand real Podman hosts to tests, in this room and any other that imports them."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.lab.coverage import recording
from tests.lab.hosts import Host, Lab, LabError, images, lab_for_tests, missing
from tests.lab.hosts.own import OwnHosts, read_hosts
from tests.lab.hosts.registry import Registry
from tests.lab.hosts.versions import DEFAULT_WITH_SYSTEMD, NEEDS_SYSTEMD
from tests.lab.wait import socket_get


@pytest.fixture(scope="session")
def lab_folder() -> Iterator[Path]:
    """On a disk, not in memory: container stores want a file system with all attributes."""
    folder = Path(tempfile.mkdtemp(prefix="haulout-lab-", dir="/var/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def own_hosts(request: pytest.FixtureRequest, lab_folder: Path) -> OwnHosts | None:
    """The hosts of `--hosts FILE`, with the lab's small images loaded; None without it."""
    file = request.config.getoption("--hosts")
    if not file:
        return None
    hosts = read_hosts(Path(file), scratch=lab_folder)
    archive = lab_folder / "images.tar"
    images.write_archive(images.preloaded(), archive)
    for host in hosts.hosts:
        for login in host.logins:
            host.load(archive, user=login.user)
    return hosts


@pytest.fixture(scope="session")
def lab(must_have: Any, lab_folder: Path, own_hosts: OwnHosts | None) -> Iterator[Lab | OwnHosts]:
    """Two hosts on this machine's Podman: h1 with a rootless user, h2 socket-activated."""
    if own_hosts is not None:
        yield own_hosts
        return
    must_have(not missing(), missing())
    with lab_for_tests(lab_folder / "lab", hosts=2) as ours, recording.followed(ours):
        yield ours


@pytest.fixture(scope="session")
def registry(lab: Lab | OwnHosts) -> Registry:
    """The registry with a password; a file of own hosts need not name one."""
    if lab.registry is None:
        pytest.skip("no registry in the file given with --hosts")
    return lab.registry


class LabOf(Protocol):
    """`lab_of("4.3")`, `lab_of("6.1")`, `lab_of(systemd=True)`: one host, made once."""

    def __call__(self, version: str | None = None, *, systemd: bool = False) -> Lab: ...


@pytest.fixture(scope="session")
def lab_of(must_have: Any, lab_folder: Path, own_hosts: Any) -> Iterator[LabOf]:
    """A lab of another Podman, or with systemd. The first ever on a machine takes a minute."""
    if own_hosts is not None:
        pytest.skip("other Podman versions: not on your own hosts (--hosts)")
    must_have(not missing(other_versions=True), missing(other_versions=True))
    made: dict[str, Lab] = {}
    with ExitStack() as labs:

        def make(version: str | None = None, *, systemd: bool = False) -> Lab:
            systemd = systemd or version in NEEDS_SYSTEMD
            name = f"{version or DEFAULT_WITH_SYSTEMD}{'-systemd' * systemd}"
            if name not in made:
                lacking = missing(systemd=systemd)
                must_have(not lacking, lacking)
                one = lab_for_tests(lab_folder / name, hosts=1, version=version, systemd=systemd)
                try:
                    made[name] = labs.enter_context(one)
                    labs.enter_context(recording.followed(made[name]))
                except LabError as exc:
                    must_have(None, str(exc))
            return made[name]

        yield make


@pytest.fixture
def faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """Asked for by every test that breaks a host: mends all hosts of `lab` after it."""
    if request.config.getoption("--hosts"):
        pytest.skip("faults are not made on your own hosts (--hosts)")
    ours: Lab = request.getfixturevalue("lab")
    yield
    for host in ours.hosts:
        mend(host)


def mend(host: Host) -> None:
    """Undo every fault that a test can have made."""
    if host.process is None:
        host.boot()
        return
    host.network_up()
    host.mend_cable()
    if not host.ssh_answers():
        host.start_sshd()
    for login in host.logins:
        host.start_podman(user=login.user)


def _is_empty(socket: Path) -> bool:
    """Podman's own word that it has no containers, pods or volumes; no answer is no such word."""
    lists = ("containers/json?all=true", "pods/json", "volumes/json")
    try:
        answers = [json.loads(socket_get(socket, f"/v4.0.0/libpod/{what}")) for what in lists]
    except (OSError, ValueError, HTTPException):
        return False
    return not any(answers)


@pytest.fixture
def clean_hosts(lab: Lab | OwnHosts) -> Iterator[None]:
    """Removes the containers, pods and volumes that a test has left on our own lab's hosts."""
    yield
    if isinstance(lab, Lab):
        for host in lab.hosts:
            if host.process is not None:
                for login in host.logins:
                    if _is_empty(login.local_socket):
                        continue
                    host.podman("pod", "rm", "-fa", "-t", "0", user=login.user)
                    host.podman("rm", "-fa", "-t", "0", user=login.user)
                    host.podman("volume", "rm", "-af", user=login.user)
