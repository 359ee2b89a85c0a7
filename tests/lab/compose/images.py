"""The images of docker-compose.yaml, made where no registry of images is reached, and kept in the cache.

Haulout's comes from the checkout's own Dockerfile; Debian stands in for the Python, PostgreSQL and
Valkey images, under their names.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.hosts import versions
from tests.lab.hosts.place import CHECKOUT, cache
from tests.lab.hosts.processes import run

HERE = Path(__file__).parent
BASE = "docker.io/library/python:3.13-slim-trixie"
# docker-compose asks for the first, podman-compose for the second
HAULOUT = ("docker.io/library/haulout:latest", "localhost/haulout:latest")
OTHERS = {
    "docker.io/library/postgres:17": "postgres",
    "docker.io/valkey/valkey:9": "valkey",
}
PACKAGES = "python3,python3-venv,ca-certificates,valkey-server,postgresql-17"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
# this machine may not be allowed to raise the limits that Podman asks for by default
SETTINGS = """\
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=90000:90000"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


def folder() -> Path:
    """Store and settings of the builds."""
    return cache() / "compose"


def cached() -> bool:
    """True when the slow part is done: the base image, and Haulout's packages once."""
    return (folder() / "whole").exists()


def archive(target: Path) -> None:
    """Write all images of docker-compose.yaml into an archive. Minutes the first time, then seconds."""
    folder().mkdir(parents=True, exist_ok=True)
    with _alone():
        if not _has(BASE):
            _import_base()
        for name, file in OTHERS.items():
            _build([name], HERE / f"{file}.Containerfile", HERE)
        _build(HAULOUT, CHECKOUT / "Dockerfile", CHECKOUT)
        # an earlier try may have been broken off
        target.unlink(missing_ok=True)
        _podman("save", "-q", "-m", "-o", str(target), *HAULOUT, *OTHERS)
        # earlier checkouts' images are of no use any more
        _podman("image", "prune", "-f")
        (folder() / "whole").touch()


@contextmanager
def _alone() -> Iterator[None]:
    handle = os.open(folder(), os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _has(image: str) -> bool:
    names = _podman("images", "--format", "{{.Repository}}:{{.Tag}}").split()
    return image in names


def _import_base() -> None:
    root = folder() / f"root.partial-{os.getpid()}"
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}"]
    try:
        run(*command, "trixie", str(root), versions.mirror(), timeout_s=900)
        tar = root.with_suffix(".tar")
        run(
            "tar", "-C", str(root), "--exclude=./var/cache/apt/archives/*.deb", "-cf", str(tar), "."
        )
        _podman("import", "--quiet", str(tar), BASE, timeout_s=300)
        tar.unlink()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _build(names: list[str] | tuple[str, ...], file: Path, context: Path) -> None:
    # packages come over this machine's own network, by its own settings
    own = ["--network=host", "-v", "/etc/ssl/certs:/etc/ssl/certs:ro"]
    own += [f"--env=PIP_CERT={CERTIFICATES}", f"--env=NODE_EXTRA_CA_CERTS={CERTIFICATES}"]
    for name, value in os.environ.items():
        if name.lower().endswith("_proxy") or name in ("PIP_INDEX_URL", "PIP_DEFAULT_TIMEOUT"):
            own.append(f"--env={name}={value}")
    tags = [f"--tag={name}" for name in names]
    words = ["build", "--isolation=chroot", "--layers", "-q", *own, *tags, "-f", str(file)]
    _podman(*words, str(context), timeout_s=1200)


def _podman(*words: str, timeout_s: float = 120) -> str:
    settings = folder() / "containers.conf"
    settings.write_text(SETTINGS)
    environment = [f"CONTAINERS_CONF={settings}", "PODMAN_IGNORE_CGROUPSV1_WARNING=1"]
    place = ["--root", str(folder() / "store"), "--runroot", "/run/haulout-lab/compose-run"]
    return run("env", *environment, "podman", *place, *words, timeout_s=timeout_s)
