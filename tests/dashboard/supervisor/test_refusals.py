"""What hinders `up` is one clear line that says what to do; never a traceback."""

import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.supervisor.refused import refused
from tests.stack import free_port


def test_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused("--data", str(tmp_path / "data"), "--port", str(port))
    assert f"port {port} is in use" in line
    assert f"--port {port + 1}" in line


def test_unwritable_folder(tmp_path: Path, must_have: Any) -> None:
    must_have(os.geteuid() == 0, "only root can mount a read-only file system")
    # root may write everywhere but on a read-only file system
    target = tmp_path / "readonly"
    target.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "none", target], check=True)
    try:
        line = refused("--data", str(target / "data"), "--port", str(free_port()))
    finally:
        subprocess.run(["umount", target], check=True)
    assert "read-only" in line
    assert str(target) in line


def test_full_disk(tmp_path: Path, must_have: Any) -> None:
    must_have(os.geteuid() == 0, "only root can mount a small disk")
    target = tmp_path / "small"
    target.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", target], check=True)
    try:
        line = refused("--data", str(target / "data"), "--port", str(free_port()))
    finally:
        subprocess.run(["umount", target], check=True)
    assert "free some space" in line


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    line = refused("--data", str(tmp_path / "file" / "data"))
    assert str(tmp_path / "file") in line


def test_address_of_another_machine(tmp_path: Path) -> None:
    line = refused("--data", str(tmp_path / "d"), "--bind", "192.0.2.7", "--port", str(free_port()))
    assert "192.0.2.7 is no address of this machine" in line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--port", "70000"), "70000"),
        (("--url", "ftp://x"), "--url"),
        (("--url", "https://x/y"), "path"),
        (("--data", ""), "--data"),
    ],
)
def test_options_that_cannot_be(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    assert words in refused(*options, HAULOUT_DATA=str(tmp_path / "data"))


def test_socket_folder_that_is_too_long(tmp_path: Path) -> None:
    long = "/tmp/" + "r" * 90
    assert "HAULOUT_RUN" in refused("--data", str(tmp_path / "d"), HAULOUT_RUN=long)
