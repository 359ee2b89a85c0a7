"""Which programs come from Debian, and in which package. Only what is missing is ever installed."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDERS = (*os.environ.get("PATH", "").split(os.pathsep), "/usr/sbin", "/sbin", "/usr/lib/podman")


@dataclass(frozen=True)
class Need:
    """A program (or one of several places of a file) and the package that brings it."""

    package: str
    program: str = ""
    files: tuple[str, ...] = ()

    def met(self) -> bool:
        """True when it is on this machine."""
        if self.files:
            return any(any(Path("/").glob(file.lstrip("/"))) for file in self.files)
        return shutil.which(self.program, path=os.pathsep.join(FOLDERS)) is not None


LAB = [
    Need("podman", "podman"),
    Need("crun", "crun"),
    Need("conmon", "conmon"),
    Need("netavark", files=("/usr/lib/podman/netavark", "/usr/libexec/podman/netavark")),
    Need(
        "aardvark-dns", files=("/usr/lib/podman/aardvark-dns", "/usr/libexec/podman/aardvark-dns")
    ),
    Need("passt", "pasta"),
    Need("fuse-overlayfs", "fuse-overlayfs"),
    Need("uidmap", "newuidmap"),
    Need("slirp4netns", "slirp4netns"),
    Need("catatonit", files=("/usr/bin/catatonit", "/usr/libexec/podman/catatonit")),
    Need("nftables", "nft"),
    Need("iproute2", "ip"),
    Need("openssh-server", "sshd"),
    Need("openssh-client", "ssh"),
    Need("busybox-static", "busybox"),
    Need("docker-registry", "docker-registry"),
    Need("curl", "curl"),
    Need("debootstrap", "debootstrap"),
    Need("docker-cli", "docker"),
    Need("docker-compose", "docker-compose"),
    Need("podman-compose", "podman-compose"),
    Need("podman-remote", "podman-remote"),
]
BROWSER = [Need("chromium", "chromium")]
POSTGRESQL = [Need("postgresql", files=("/usr/lib/postgresql/*/bin/initdb",))]


def missing(needs: Iterable[Need]) -> list[str]:
    """Packages for what is not here, each once."""
    return list(dict.fromkeys(need.package for need in needs if not need.met()))
