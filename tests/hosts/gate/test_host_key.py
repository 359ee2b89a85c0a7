"""The gate's own key: made once, closed to others, and known to OpenSSH by the line that we show."""

import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hosts.gate.sessions import host_key


@pytest.fixture
def keys(tmp_path: Path, settings: Any) -> Path:
    settings.HAULOUT_KEYS = tmp_path
    return tmp_path


def test_it_is_made_once(keys: Path) -> None:
    assert (host_key.public_line(), host_key.fingerprint()) == ("", "")
    assert host_key.known_hosts_line("haulout.example.org", 2222) == ""
    host_key.make(keys)
    first = host_key.public_line()
    host_key.make(keys)
    assert host_key.public_line() == first
    assert host_key.private().get_fingerprint() == host_key.fingerprint()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()}
    assert modes == {0o600}


def test_a_lost_public_half_comes_back(keys: Path) -> None:
    host_key.make(keys)
    first = host_key.public_line()
    (keys / "gate_host_ed25519_key.pub").unlink()
    host_key.make(keys)
    assert host_key.public_line() == first


@pytest.mark.parametrize("port", [22, 2222])
def test_openssh_finds_it_by_the_line(keys: Path, port: int) -> None:
    host_key.make(keys)
    known = keys / "known_hosts"
    known.write_text(host_key.known_hosts_line("haulout.example.org", port) + "\n")
    name = "haulout.example.org" if port == 22 else f"[haulout.example.org]:{port}"
    done = subprocess.run(
        ["ssh-keygen", "-l", "-F", name, "-f", known], capture_output=True, text=True, check=True
    )
    assert host_key.fingerprint() in done.stdout
