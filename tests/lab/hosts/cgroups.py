"""The control groups of hosts: what containers leave at a power cut, and the trees of systemd."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from .needs import cgroup2_mount
from .place import Place

CGROUPS = Path("/sys/fs/cgroup")
RECORDS = "storage/overlay-containers/containers.json"


def container_ids(host_folder: Path) -> set[str]:
    """Full ids of all containers in a host's stores, root's and its users'."""
    stores = [host_folder / "var/lib/containers"]
    stores += (host_folder / "home").glob("*/.local/share/containers")
    ids = set()
    for store in stores:
        try:
            ids |= {row["id"] for row in json.loads((store / RECORDS).read_text())}
        except (FileNotFoundError, ValueError):
            continue
    return ids


def _groups_of(ids: set[str]) -> Iterator[Path]:
    for parent in [*CGROUPS.glob("libpod_parent"), *CGROUPS.glob("*/libpod_parent")]:
        for folder, names, _ in os.walk(parent, topdown=False):
            for name in names:
                if any(container in name or container in folder for container in ids):
                    yield Path(folder) / name


def remove(ids: set[str]) -> None:
    for group in _groups_of(ids):
        try:
            group.rmdir()
        except OSError:
            continue  # somebody else's process moved in: not ours any more


def tree_of(place: Place, number: int) -> Path:
    """The folder of cgroups v2 that is the whole tree of a host with systemd."""
    return (cgroup2_mount() or CGROUPS) / place.namespace(number)


def entrance(tree: Path) -> Path:
    """Where a command of ours enters the host, outside all that its systemd manages."""
    return tree / "lab"


def make_tree(tree: Path) -> None:
    """An empty one, as after a power cut."""
    remove_tree(tree)
    entrance(tree).mkdir(parents=True)


def remove_tree(tree: Path) -> None:
    """Remove it; nothing may run in it any more."""
    for folder, names, _ in os.walk(tree, topdown=False):
        for name in names:
            (Path(folder) / name).rmdir()
    if tree.exists():
        tree.rmdir()


def trees(place: Place) -> list[Path]:
    """All that are left of this lab."""
    mount = cgroup2_mount()
    return sorted(mount.glob(f"hl{place.id}-*")) if mount else []
