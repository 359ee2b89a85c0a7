"""Where nobody listens nothing was done, and the error says which of the reasons it is."""

import socket
from pathlib import Path

import pytest

from hosts.podman import Podman, UnixDial, attach, errors, system


async def refused(path: Path) -> list[errors.Unavailable]:
    async with Podman(UnixDial(str(path))) as podman:
        with pytest.raises(errors.Unavailable) as called:
            await system.ping(podman)
        with pytest.raises(errors.Unavailable) as upgraded:
            await attach.attach(podman, "web", tty=False)
    return [called.value, upgraded.value]


async def test_no_socket(tmp_path: Path) -> None:
    for error in await refused(tmp_path / "none.sock"):
        assert error.message == "There is no Podman socket at that path."
        assert not error.maybe_done


async def test_socket_without_a_listener(tmp_path: Path) -> None:
    path = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    for error in await refused(path):
        assert error.message == "Nobody listens at the Podman socket."


async def test_client_outside_of_its_block_is_a_mistake() -> None:
    with pytest.raises(RuntimeError):
        await system.ping(Podman(UnixDial("/nowhere")))
