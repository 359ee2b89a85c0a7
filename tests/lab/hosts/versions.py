"""Which file system a host runs in: this machine's, or another Debian's with another Podman."""

import fcntl
import os
import re
import shutil
import time
from pathlib import Path

from . import needs
from .errors import LabError
from .place import cache
from .processes import run

COMMON = (
    "podman,crun,netavark,aardvark-dns,catatonit,iproute2,openssh-server,conmon,ca-certificates"
)
DEBIANS = {
    "4.3": ("bookworm", "iptables"),
    "5.4": ("trixie", "nftables"),
    "5.8": ("sid", "nftables"),
}
"""Podman version: Debian release that ships it, firewall package that its netavark calls."""


def installed() -> str:
    """The version of this machine's Podman, as "5.4.2"."""
    return run("podman", "--version").split()[-1]


def is_installed(version: str | None) -> bool:
    return version is None or f"{installed()}.".startswith(f"{version}.")


def system_for(version: str | None) -> tuple[str, str]:
    """(file system, Podman's full version); "" is this machine's own. Slow the first time: 45 s."""
    if is_installed(version):
        return "", installed()
    if version not in DEBIANS:
        raise LabError(f"Podman {version}: the lab knows {', '.join(DEBIANS)} and {installed()}")
    if lacking := needs.missing(other_versions=True):
        raise LabError(f"Podman {version} cannot run here: {lacking}")
    release, firewall = DEBIANS[version]
    root = cache() / release
    root.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(root.parent, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "usr/bin/podman").exists():
            _install(root, release=release, packages=f"{COMMON},{firewall}")
    finally:
        os.close(lock)
    query = ["dpkg-query", "-W", "-f", "${Version}", "podman"]
    found = re.split(r"[^0-9.]", run("chroot", str(root), *query))[0]
    if not f"{found}.".startswith(f"{version}."):
        raise LabError(f"Debian {release} in {root} has Podman {found}, not {version}: remove it")
    return str(root), found


def _install(root: Path, *, release: str, packages: str) -> None:
    partial = root.with_name(f"{release}.partial-{os.getpid()}-{time.time_ns()}")
    command = ["debootstrap", "--variant=minbase", f"--include={packages}"]
    try:
        run(*command, release, str(partial), _mirror(), timeout_s=900)
        (partial / "var/lib/containers").mkdir(parents=True, exist_ok=True)
        partial.rename(root)
    except LabError as exc:
        raise LabError(f"Debian {release} for another Podman: {exc}") from exc
    finally:
        if partial.exists():
            shutil.rmtree(partial)


def _mirror() -> str:
    """The Debian mirror that this machine's apt is set to."""
    sources = Path("/etc/apt")
    for file in [sources / "sources.list", *sorted((sources / "sources.list.d").glob("*"))]:
        if file.is_file():
            for address in re.findall(r"https?://[^\s\]]+", file.read_text()):
                if address.rstrip("/").endswith("/debian"):
                    return str(address)
    return "http://deb.debian.org/debian"
