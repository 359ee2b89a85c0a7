"""A real OpenSSH server on loopback, with its own host key and its own authorized_keys."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from hosts.link.addresses import AddressPolicy
from hosts.link.messages import HostKey
from hosts.link.scan import open_socket, scan_socket

SSHD = Path("/usr/sbin/sshd")


class Sshd:
    """Started with `start`; `extra` are further lines of its configuration."""

    def __init__(self, folder: Path, *, extra: str = "") -> None:
        self.folder = folder
        self.extra = extra
        self.port = _free_port()
        self.authorized_keys = folder / "authorized_keys"
        self.log = folder / "sshd.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.new_host_key()

    def new_host_key(self, algorithm: str = "ed25519") -> None:
        file = self.folder / "host_key"
        file.unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", algorithm, "-N", "", "-f", file], check=True)
        words = Path(f"{file}.pub").read_text().split()
        self.host_key_line = " ".join(words[:2])

    def authorize(self, line: str) -> None:
        self.authorized_keys.write_text(line + "\n")

    def start(self) -> "Sshd":
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        if not self.authorized_keys.exists():
            self.authorized_keys.write_text("")
        config = self.folder / "sshd_config"
        config.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host_key\n"
            f"AuthorizedKeysFile {self.authorized_keys}\nStrictModes no\nUsePAM no\n"
            "PasswordAuthentication no\nPermitRootLogin prohibit-password\n"
            # No start-up file of this machine's root: it may run, write and lock who knows what.
            f"SetEnv HOME={self.folder}\n"
            f"PidFile none\nLogLevel DEBUG1\nMaxStartups 100:30:200\n{self.extra}\n"
        )
        self.process = subprocess.Popen([SSHD, "-D", "-f", config, "-E", self.log])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError(f"sshd did not start: {self.log.read_text()}")

    def stop(self) -> None:
        """Kill the listener and the sessions it has forked."""
        if self.process is None:
            return
        pids = _descendants(self.process.pid)
        self.process.kill()
        self.process.wait()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process = None


def _descendants(pid: int) -> list[int]:
    """sshd forks a monitor and that one a session: all of them, children before their own."""
    ran = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    children = [int(word) for word in ran.stdout.split()]
    return children + [below for child in children for below in _descendants(child)]


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def scan(
    address: str, port: int, policy: AddressPolicy, *, timeout_s: float = 15.0
) -> HostKey:
    """The host key at an address."""
    sock = await open_socket(address, port, policy, timeout_s=timeout_s)
    return await scan_socket(sock, timeout_s=timeout_s)
