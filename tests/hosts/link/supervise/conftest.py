"""The link on the test's database, and this machine as its host with Podmans of our own."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hosts.models import Endpoint, Host
from tests import make
from tests.hosts.link.supervise.own_podman import OwnPodman
from tests.lab.link_process import Link, link, reload

__all__ = ["link"]


@pytest.fixture
def podman() -> Iterator[OwnPodman]:
    with tempfile.TemporaryDirectory(prefix="ho-", dir="/tmp") as folder:
        running = OwnPodman(Path(folder) / "p.sock").start()
        yield running
        running.stop()


@pytest.fixture
def register(link: Link) -> Callable[..., Endpoint]:
    """`register(path)`: an endpoint of this machine at that socket."""

    def add(path: Path, *, name: str = "here") -> Endpoint:
        endpoint = make.endpoint(make.host(name, kind=Host.Kind.LOCAL), socket=str(path))
        reload()
        return endpoint

    return add
