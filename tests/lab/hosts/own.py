"""Somebody's own hosts, read from a file in the shape of `lab status --json`. No faults here.

Needed of each host: name, address, port, user, key_file, host_key_line, socket; the rest may lack.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import LabError
from .machine import Login
from .processes import run
from .registry import Registry
from .ssh_client import feed, ssh_command


@dataclass(frozen=True)
class OwnHost:
    """A host that belongs to somebody. Everything goes over SSH; `local_socket` leads nowhere."""

    name: str
    address: str
    port: int
    user: str
    host_key_line: str
    logins: list[Login]
    known_hosts: Path
    podman_version: str
    idle_exit_s: int | None = None

    @property
    def key_file(self) -> Path:
        return self.logins[0].key_file

    @property
    def socket(self) -> str:
        return self.logins[0].socket

    @property
    def host_key_fingerprint(self) -> str:
        return run("ssh-keygen", "-l", "-f", "-", text=f"{self.host_key_line}\n").split()[1]

    def login(self, user: str = "") -> Login:
        for login in self.logins:
            if login.user == (user or self.user):
                return login
        raise LabError(f"{self.name} has no login {user}")

    def ssh_command(self, *command: str, user: str = "") -> list[str]:
        login = self.login(user)
        name = self.address if self.port == 22 else f"[{self.address}]:{self.port}"
        self.known_hosts.write_text(f"{name} {self.host_key_line}\n")
        return [
            *ssh_command(key_file=login.key_file, known_hosts=self.known_hosts, port=self.port),
            f"{login.user}@{self.address}",
            *command,
        ]

    def ssh(self, *command: str, user: str = "", timeout_s: float = 30) -> str:
        return run(*self.ssh_command(*command, user=user), timeout_s=timeout_s)

    def podman(self, *arguments: str, user: str = "", timeout_s: float = 120) -> str:
        quoted = [f"'{part}'" for part in (a.replace("'", "'\\''") for a in arguments)]
        return self.ssh("podman", *quoted, user=user, timeout_s=timeout_s)

    def load(self, archive: Path, *, user: str = "") -> None:
        with archive.open("rb") as source:
            feed(self.ssh_command("podman", "load", "-q", user=user), source)


@dataclass(frozen=True)
class OwnHosts:
    """What tests get in place of a Lab. Without a registry in the file, `registry` is None."""

    hosts: list[OwnHost]
    registry: Registry | None

    def host(self, name: str) -> OwnHost:
        for host in self.hosts:
            if host.name == name:
                return host
        raise LabError(f"no host {name} in the file given with --hosts")


def read_hosts(file: Path, *, scratch: Path) -> OwnHosts:
    """Read FILE of `--hosts`; `scratch` is a folder for known_hosts files."""
    try:
        given = json.loads(file.read_text())
        hosts = [_host(row, scratch) for row in given["hosts"]]
        registry = given.get("registry")
        if registry:
            registry = Registry(**registry | {"images": tuple(registry["images"])})
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise LabError(f"{file} is not like `lab status --json`: {exc!r}") from exc
    return OwnHosts(hosts=hosts, registry=registry or None)


def _host(row: dict[str, Any], scratch: Path) -> OwnHost:
    return OwnHost(
        name=row["name"],
        address=row["address"],
        port=int(row.get("port", 22)),
        user=row["user"],
        host_key_line=row["host_key_line"],
        logins=[_login(login) for login in row.get("logins") or [row]],
        known_hosts=scratch / f"known-{row['name']}",
        podman_version=row.get("podman_version", ""),
        idle_exit_s=row.get("idle_exit_s"),
    )


def _login(row: dict[str, Any]) -> Login:
    return Login(
        user=row["user"],
        uid=int(row.get("uid", 0)),
        key_file=Path(row["key_file"]),
        password=row.get("password", ""),
        socket=row["socket"],
        local_socket=Path("/nonexistent"),
    )
