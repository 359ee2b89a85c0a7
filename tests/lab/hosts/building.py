"""Bring up a lab: plan it, write it down, start it, fill it. Undone whole when a step fails."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from . import images, needs, network, registry
from .errors import LabError
from .host import Host
from .lab import Lab, load, take_down
from .place import CHECKOUT, Place, default_data
from .processes import Process
from .versions import System, system_for

USER, USER_PASSWORD = "seal", "lab-seal-93c0"
IDLE_EXIT_S = 5
MOST_HOSTS = 250


def bring_up(
    *,
    hosts: int = 2,
    versions: Sequence[str | None] = (None,),
    systemd: bool = False,
    data: Path | None = None,
) -> Lab:
    """Bring up a lab, or return the one that runs there already in the same shape.

    Hosts get the Podman `versions` in turn (None: this machine's own). Of the hosts on this
    machine's Podman the first has a rootless user, the second a socket-activated Podman. With
    `systemd` (and Podman 6, always) each host has its own, with both of these.
    A half-dead lab in the same data folder is removed first.
    """
    if lacking := needs.missing():
        raise LabError(f"the lab cannot run here: {lacking}")
    if not 1 <= hosts <= MOST_HOSTS:
        raise LabError(f"{hosts} hosts: choose 1 to {MOST_HOSTS}")
    place = Place.at(data or default_data())
    systems = [system_for(versions[n % len(versions)], systemd=systemd) for n in range(hosts)]
    running = load(place)
    if running is not None and running.whole:
        if [System(h.system, h.podman_version, h.systemd) for h in running.hosts] == systems:
            return running
        raise LabError(f"another lab runs in {place.data}: end it first (`lab down`)")
    take_down(place)
    try:
        return _build(place, systems)
    except BaseException:
        take_down(place)
        raise


def _build(place: Place, systems: list[System]) -> Lab:
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
        # written down at once: whoever takes down what was begun must find them
        _save_processes(place, registry.start_registry(lab.registry, place.data / "registry"))
        filled = pool.submit(registry.fill_registry, lab.registry, place.data / "registry")
        images.write_archive(images.preloaded(), archive)
        filled.result()
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


def _plan_hosts(place: Place, subnet: str, systems: list[System]) -> list[Host]:
    hosts, own = [], 0
    for number, system in enumerate(systems, start=1):
        own += not system.root
        has_user = system.systemd or (not system.root and own == 1)
        exits = system.systemd or (not system.root and own == 2)
        hosts.append(
            Host(
                place=place,
                number=number,
                address=f"{subnet}.1.{number}",
                system=system.root,
                podman_version=system.podman,
                users={USER: USER_PASSWORD} if has_user else {},
                idle_exit_s=IDLE_EXIT_S if exits else None,
                systemd=system.systemd,
            )
        )
    return hosts


def _save(lab: Lab) -> None:
    fields = ("number", "address", "system", "podman_version", "users", "idle_exit_s", "systemd")
    state = {
        "subnet": lab.subnet,
        "registry": lab.registry.as_dict(),
        "hosts": [{name: getattr(host, name) for name in fields} for host in lab.hosts],
    }
    lab.place.state.write_text(json.dumps(state, indent=1))


def _save_processes(place: Place, processes: list[Process]) -> None:
    rows = [{"pid": p.pid, "started": p.started} for p in processes]
    (place.data / "processes.json").write_text(json.dumps(rows))


@contextmanager
def lab_for_tests(
    data: Path, *, hosts: int, version: str | None = None, systemd: bool = False
) -> Iterator[Lab]:
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
        yield bring_up(hosts=hosts, versions=(version,), systemd=systemd, data=data)
    finally:
        take_down(Place.at(data))
        os.close(write)
        os.waitpid(keeper, 0)
