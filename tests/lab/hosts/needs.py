"""What this machine must have to run the lab, each missing thing named with its cure."""

import os
import shutil
from pathlib import Path

COMMANDS = {
    "podman": "podman",
    "crun": "crun",
    "conmon": "conmon",
    "pasta": "passt",
    "newuidmap": "uidmap",
    "catatonit": "catatonit",
    "nft": "nftables",
    "ip": "iproute2",
    "/usr/sbin/sshd": "openssh-server",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "busybox": "busybox-static",
    "docker-registry": "docker-registry",
    "nsenter": "util-linux",
    "unshare": "util-linux",
    "setpriv": "util-linux",
    "/usr/bin/python3": "python3",
}
FILES = {
    "/usr/lib/podman/netavark": "netavark",
    "/usr/lib/podman/aardvark-dns": "aardvark-dns",
}
MORE_PATH = "/usr/sbin:/sbin:/usr/libexec/podman"
OTHER_VERSIONS = {"debootstrap": "debootstrap"}


def _command(name: str) -> str | None:
    return shutil.which(
        name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/libexec/podman"
    )


def cgroup2_mount() -> Path | None:
    """Where this machine has cgroups v2: all of it, or beside v1 as "unified"."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, folder, kind, options = line.split()[:4]
        if kind == "cgroup2" and "rw" in options.split(","):
            return Path(folder)
    return None


def missing(*, other_versions: bool = False, systemd: bool = False) -> str:
    """One sentence that names all that is missing and how to get it; empty when all is there."""
    if os.geteuid() != 0:
        return "the lab makes namespaces and bridges and therefore needs root (run it with sudo)"
    wanted = COMMANDS | (OTHER_VERSIONS if other_versions else {})
    packages = {package for name, package in wanted.items() if _command(name) is None}
    packages |= {package for path, package in FILES.items() if not Path(path).exists()}
    busybox = shutil.which("busybox")
    if busybox and b"/ld-linux" in Path(busybox).read_bytes()[:4096]:
        packages.add("busybox-static")
    if not packages:
        return _missing_for_systemd() if systemd else ""
    names = " ".join(sorted(packages))
    return f"missing: {names} (apt-get install --no-install-recommends {names})"


def _missing_for_systemd() -> str:
    if cgroup2_mount() is None:
        return (
            "no cgroups v2 that can be written to, which a host with systemd needs"
            " (mount -t cgroup2 none /sys/fs/cgroup/unified)"
        )
    lacking = [device for device in ("/dev/fuse", "/dev/net/tun") if not Path(device).exists()]
    return f"missing: {' and '.join(lacking)} (modprobe fuse tun)" if lacking else ""
