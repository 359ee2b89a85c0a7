"""A whole lab: take hold of a running one, say its status, take it down without a trace."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import cgroups, network
from .errors import LabError
from .host import Host
from .place import SOCKETS, Place
from .processes import Process
from .registry import Registry


@dataclass(frozen=True)
class Lab:
    """A running lab. `gateway` is this machine's address on the lab's bridge."""

    place: Place
    subnet: str
    hosts: list[Host]
    registry: Registry

    @property
    def gateway(self) -> str:
        return f"{self.subnet}.0.1"

    def host(self, name: str) -> Host:
        for host in self.hosts:
            if host.name == name:
                return host
        raise LabError(f"no host {name} in this lab: {', '.join(h.name for h in self.hosts)}")

    @property
    def rootless(self) -> Host:
        """The host that has a rootless user's endpoint too."""
        return self._first("a rootless user", [h for h in self.hosts if h.users])

    @property
    def idle_exit(self) -> Host:
        """The host whose Podman is socket-activated and exits when idle."""
        return self._first("idle exit", [h for h in self.hosts if h.idle_exit_s is not None])

    @staticmethod
    def _first(what: str, hosts: list[Host]) -> Host:
        if not hosts:
            raise LabError(f"no host with {what}: bring up two hosts on this machine's Podman")
        return hosts[0]

    def status(self) -> dict[str, object]:
        """What `lab status --json` prints and `pytest --hosts FILE` reads."""
        return {
            "id": self.place.id,
            "data": str(self.place.data),
            "bridge": self.place.bridge,
            "subnet": f"{self.subnet}.0.0/16",
            "registry": self.registry.as_dict(),
            "hosts": [_host_status(host) for host in self.hosts],
        }

    @property
    def whole(self) -> bool:
        return all(host.process for host in self.hosts) and all(
            process.alive for process in processes_of(self.place)
        )

    def down(self) -> None:
        take_down(self.place)


def _host_status(host: Host) -> dict[str, object]:
    return {
        "name": host.name,
        "address": host.address,
        "port": host.port,
        "user": host.user,
        "key_file": str(host.key_file),
        "host_key_line": host.host_key_line,
        "host_key_fingerprint": host.host_key_fingerprint,
        "socket": host.socket,
        "sockets": [login.socket for login in host.logins],
        "local_socket": str(host.local_socket),
        "logins": [
            {
                "user": login.user,
                "uid": login.uid,
                "key_file": str(login.key_file),
                "password": login.password,
                "socket": login.socket,
                "local_socket": str(login.local_socket),
            }
            for login in host.logins
        ],
        "podman_version": host.podman_version,
        "idle_exit_s": host.idle_exit_s,
        "systemd": host.systemd,
        "pid": host.pid,
        "running": host.process is not None,
    }


def processes_of(place: Place) -> list[Process]:
    """The registry and its slow door."""
    try:
        rows = json.loads((place.data / "processes.json").read_text())
    except FileNotFoundError:
        return []
    return [Process(**row) for row in rows]


def load(place: Place) -> Lab | None:
    """Take hold of the lab of that data folder, running or not; None when there is none."""
    try:
        state = json.loads(place.state.read_text())
    except FileNotFoundError:
        return None
    return Lab(
        place=place,
        subnet=state["subnet"],
        hosts=[Host(place=place, **row) for row in state["hosts"]],
        registry=Registry(**state["registry"] | {"images": tuple(state["registry"]["images"])}),
    )


def take_down(place: Place) -> None:
    """Remove everything of this lab: processes, networks, control groups, folders."""
    lab = load(place)
    hosts = lab.hosts if lab else []
    for host in hosts:
        host.power_cut()
        host.mend_cable()
    for process in processes_of(place):
        process.kill()
    for namespace in network.namespaces(place):
        _end_those_in(Path("/run/netns") / namespace)
    network.remove(place)
    cgroups.remove(set().union(*(cgroups.container_ids(host.folder) for host in hosts)))
    for tree in cgroups.trees(place):
        cgroups.remove_tree(tree)
    for folder in (place.sockets, place.data):
        if folder.exists():
            shutil.rmtree(folder)
    try:
        SOCKETS.rmdir()
    except OSError:
        pass  # other labs live there


def _end_those_in(namespace: Path) -> None:
    """End what still runs in one of our network namespaces, left by a broken start."""
    inode = namespace.stat().st_ino
    for name in os.listdir("/proc"):
        try:
            inside = name.isdigit() and os.stat(f"/proc/{name}/ns/net").st_ino == inode
            if inside and (process := Process.find(int(name))):
                process.kill()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # gone, or so much not ours that even root may not look
