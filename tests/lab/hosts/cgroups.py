"""Remove the empty control groups that containers leave when their host loses power."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

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
