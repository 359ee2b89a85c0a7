"""Which file system a host runs in: this machine's, or another Debian's with another Podman."""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import needs
from .errors import LabError
from .place import cache
from .processes import run

COMMON = (
    "podman,crun,netavark,aardvark-dns,catatonit,iproute2,openssh-server,conmon,ca-certificates"
)
SYSTEMD = (
    "systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,passt,uidmap,fuse-overlayfs,procps"
)
UPGRADED = "experimental"
"""Not a release of its own: packages on top of sid."""
NEWER = "podman netavark aardvark-dns"


@dataclass(frozen=True)
class Debian:
    """A root in the cache. `packages` come on top of COMMON; only some have systemd in them."""

    release: str
    packages: str
    has_systemd: bool = True


DEBIANS = {
    "4.3": Debian("bookworm", "iptables", has_systemd=False),
    "5.4": Debian("trixie", f"nftables,{SYSTEMD}"),
    "5.8": Debian("sid", f"nftables,{SYSTEMD}"),
    "6.1": Debian(UPGRADED, f"nftables,{SYSTEMD}"),
}
"""By Podman version. netavark calls iptables in bookworm, nftables in the others."""
NEEDS_SYSTEMD = ("6.1",)
"""Podman 6 knows cgroups v2 only, and that is what the hosts with systemd have."""
DEFAULT_WITH_SYSTEMD = "5.4"


@dataclass(frozen=True)
class System:
    """`root` is "" for this machine's own file system; `podman` is a full version, "5.4.2"."""

    root: str
    podman: str
    systemd: bool = False


def installed() -> str:
    """The version of this machine's Podman, as "5.4.2"."""
    return run("podman", "--version").split()[-1]


def is_installed(version: str | None) -> bool:
    return version is None or f"{installed()}.".startswith(f"{version}.")


def system_for(version: str | None, *, systemd: bool = False) -> System:
    """The system with that Podman. Slow the first time on a machine: 45 to 90 s."""
    systemd = systemd or version in NEEDS_SYSTEMD
    if not systemd and is_installed(version):
        return System("", installed())
    version = version or DEFAULT_WITH_SYSTEMD
    if version not in DEBIANS:
        raise LabError(f"Podman {version}: the lab knows {', '.join(DEBIANS)} and {installed()}")
    debian = DEBIANS[version]
    if systemd and not debian.has_systemd:
        have = ", ".join(known for known, one in DEBIANS.items() if one.has_systemd)
        raise LabError(f"Podman {version} with systemd: the lab has that for {have} only")
    if lacking := needs.missing(other_versions=True, systemd=systemd):
        raise LabError(f"Podman {version} cannot run here: {lacking}")
    root = _root_of(debian)
    if systemd and not _has_systemd(root):
        raise LabError(f"{root} was made without systemd by an older lab: remove it")
    query = ["dpkg-query", "-W", "-f", "${Version}", "podman"]
    found = re.split(r"[^0-9.]", run("chroot", str(root), *query))[0]
    if not f"{found}.".startswith(f"{version}."):
        raise LabError(
            f"Debian {debian.release} in {root} has Podman {found}, not {version}: remove it"
        )
    return System(str(root), found, systemd)


def _root_of(debian: Debian) -> Path:
    """Its folder in the cache, made there when it is the first time."""
    root = cache() / debian.release
    root.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(root.parent, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "usr/bin/podman").exists():
            _make_root(root, debian)
    finally:
        os.close(lock)
    return root


def _has_systemd(root: Path) -> bool:
    return (root / "usr/lib/systemd/systemd").exists()


def _make_root(root: Path, debian: Debian) -> None:
    if debian.release != UPGRADED:
        _finished(root, lambda partial: _install(partial, debian.release, debian.packages))
        return
    _finished(root, lambda partial: _upgrade(partial, debian.packages))


def _finished(root: Path, make: Callable[[Path], None]) -> None:
    """`make` into a folder beside it, which takes the root's name only when it is whole."""
    partial = root.with_name(f"{root.name}.partial-{os.getpid()}-{time.time_ns()}")
    try:
        make(partial)
        (partial / "var/lib/containers").mkdir(parents=True, exist_ok=True)
        partial.rename(root)
    except LabError as exc:
        raise LabError(f"Debian {root.name} for another Podman: {exc}") from exc
    finally:
        if partial.exists():
            shutil.rmtree(partial)


def _install(partial: Path, release: str, packages: str) -> None:
    command = ["debootstrap", "--variant=minbase", f"--include={COMMON},{packages}"]
    run(*command, release, str(partial), mirror(), timeout_s=900)


def _upgrade(partial: Path, packages: str) -> None:
    """sid with Podman from experimental. Where sid's own root is in the cache it is copied."""
    sid = partial.with_name("sid")
    if _has_systemd(sid):
        run("cp", "-a", "--reflink=auto", str(sid), str(partial), timeout_s=300)
    else:
        _install(partial, "sid", packages)
    sources = partial / "etc/apt/sources.list.d/experimental.list"
    sources.parent.mkdir(parents=True, exist_ok=True)
    sources.write_text(f"deb {mirror()} {UPGRADED} main\n")
    get = "apt-get -q -o Acquire::Check-Valid-Until=false -o Acquire::Check-Date=false"
    script = (
        f"mount -t proc proc {partial}/proc && export DEBIAN_FRONTEND=noninteractive &&"
        f" chroot {partial} {get} update &&"
        f" chroot {partial} {get} install -y --no-install-recommends -t {UPGRADED} {NEWER} &&"
        f" chroot {partial} apt-get clean"
    )
    # the mount of proc ends with these namespaces, whatever happens
    run("unshare", "-m", "-p", "-f", "sh", "-c", script, timeout_s=600)


def mirror() -> str:
    """The Debian mirror that this machine's apt is set to."""
    sources = Path("/etc/apt")
    for file in [sources / "sources.list", *sorted((sources / "sources.list.d").glob("*"))]:
        if file.is_file():
            for address in re.findall(r"https?://[^\s\]]+", file.read_text()):
                if address.rstrip("/").endswith("/debian"):
                    return str(address)
    return "http://deb.debian.org/debian"
