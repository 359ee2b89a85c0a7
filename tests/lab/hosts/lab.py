"""A whole lab: bring it up, take hold of a running one, take it down without a trace."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import cgroups, images, needs, network, registry
from .errors import LabError
from .host import Host
from .place import CHECKOUT, SOCKETS, Place, default_data
from .processes import Process
from .registry import Registry
from .versions import system_for

USER, USER_PASSWORD = "seal", "lab-seal-93c0"
IDLE_EXIT_S = 5
MOST_HOSTS = 250


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
            process.alive for process in _processes(self.place)
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
        "pid": host.pid,
        "running": host.process is not None,
    }


def bring_up(
    *, hosts: int = 2, versions: Sequence[str | None] = (None,), data: Path | None = None
) -> Lab:
    """Bring up a lab, or return the one that runs there already in the same shape.

    Hosts get the Podman `versions` in turn (None: this machine's own). Of the hosts on this
    machine's Podman the first has a rootless user, the second a socket-activated Podman.
    A half-dead lab in the same data folder is removed first.
    """
    if lacking := needs.missing():
        raise LabError(f"the lab cannot run here: {lacking}")
    if not 1 <= hosts <= MOST_HOSTS:
        raise LabError(f"{hosts} hosts: choose 1 to {MOST_HOSTS}")
    place = Place.at(data or default_data())
    systems = [system_for(versions[n % len(versions)]) for n in range(hosts)]
    running = load(place)
    if running is not None and running.whole:
        if [(h.system, h.podman_version) for h in running.hosts] == systems:
            return running
        raise LabError(f"another lab runs in {place.data}: end it first (`lab down`)")
    take_down(place)
    try:
        return _build(place, systems)
    except BaseException:
        take_down(place)
        raise


def _build(place: Place, systems: list[tuple[str, str]]) -> Lab:
    place.data.mkdir(parents=True)
    place.data.chmod(0o700)
    place.sockets.mkdir(parents=True)
    place.sockets.chmod(0o700)
    subnet = network.make_bridge(place)
    lab = Lab(
        place=place,
        subnet=subnet,
        hosts=_plan_hosts(place, subnet, systems),
        registry=registry.plan(f"{subnet}.0.1"),
    )
    _save(lab)
    known = {host.address: host.name for host in lab.hosts}
    addresses = [lab.registry.address, lab.registry.slow_address]
    archive = place.data / "images.tar"
    with ThreadPoolExecutor(max_workers=2) as pool:
        for host in lab.hosts:
            host.furnish(registries=addresses, known=known)
            host.switch_on()
        filled = pool.submit(registry.start_registry, lab.registry, place.data / "registry")
        images.write_archive(images.preloaded(), archive)
        _save_processes(place, filled.result())
        loads = [
            pool.submit(_boot_and_load, host, archive, login.user)
            for host in lab.hosts
            for login in host.logins
        ]
        for load_done in loads:
            load_done.result()
    archive.unlink()
    return lab


def _boot_and_load(host: Host, archive: Path, user: str) -> None:
    host.wait_booted()
    host.load(archive, user=user)


def _plan_hosts(place: Place, subnet: str, systems: list[tuple[str, str]]) -> list[Host]:
    hosts, own = [], 0
    for number, (system, version) in enumerate(systems, start=1):
        own += not system
        hosts.append(
            Host(
                place=place,
                number=number,
                address=f"{subnet}.1.{number}",
                system=system,
                podman_version=version,
                users={USER: USER_PASSWORD} if not system and own == 1 else {},
                idle_exit_s=IDLE_EXIT_S if not system and own == 2 else None,
            )
        )
    return hosts


def _save(lab: Lab) -> None:
    fields = ("number", "address", "system", "podman_version", "users", "idle_exit_s")
    state = {
        "subnet": lab.subnet,
        "registry": lab.registry.as_dict(),
        "hosts": [{name: getattr(host, name) for name in fields} for host in lab.hosts],
    }
    lab.place.state.write_text(json.dumps(state, indent=1))


def _save_processes(place: Place, processes: list[Process]) -> None:
    rows = [{"pid": p.pid, "started": p.started} for p in processes]
    (place.data / "processes.json").write_text(json.dumps(rows))


def _processes(place: Place) -> list[Process]:
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
    for process in _processes(place):
        process.kill()
    for namespace in network.namespaces(place):
        _end_processes_of(Path("/run/netns") / namespace)
    network.remove(place)
    cgroups.remove(set().union(*(cgroups.container_ids(host.folder) for host in hosts)))
    for folder in (place.sockets, place.data):
        if folder.exists():
            shutil.rmtree(folder)
    try:
        SOCKETS.rmdir()
    except OSError:
        pass  # other labs live there


def _end_processes_of(namespace: Path) -> None:
    """End what still runs in one of our network namespaces, left by a broken start."""
    inode = namespace.stat().st_ino
    for name in os.listdir("/proc"):
        try:
            inside = name.isdigit() and os.stat(f"/proc/{name}/ns/net").st_ino == inode
            if inside and (process := Process.find(int(name))):
                process.kill()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # gone, or so much not ours that even root may not look


@contextmanager
def lab_for_tests(data: Path, *, hosts: int, version: str | None = None) -> Iterator[Lab]:
    """A lab that ends with this block, or with this process however that ends.

    A keeper holds the other end of a pipe: when this process is gone, it takes the lab down.
    """
    read, write = os.pipe()
    keeper = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "tests.lab.hosts", "keep", "--data", str(data)],
        os.environ | {"PYTHONPATH": str(CHECKOUT)},
        file_actions=[(os.POSIX_SPAWN_DUP2, read, 0)],
        setsid=True,
    )
    os.close(read)
    try:
        yield bring_up(hosts=hosts, versions=(version,), data=data)
    finally:
        take_down(Place.at(data))
        os.close(write)
        os.waitpid(keeper, 0)
