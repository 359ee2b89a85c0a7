"""Annotations of a kube file that Podman takes for options, or that a runtime may read.

For a workload Podman uses the outer metadata for the containers, and some of the template's for the pod. So
both are judged.
"""

from collections.abc import Iterator, Mapping

from hosts.guardrails.from_storage import volume_part
from hosts.guardrails.proposal import Fact, Mount, Namespace, Part
from hosts.guardrails.reader import Reader

# options of a pod's containers (pkg/specgen/generate/kube); with /NAME for one container
_OWN = "io.podman.annotations."
MOUNTS_FROM = f"{_OWN}volumes-from"
USER_SPACE = f"{_OWN}userns"
PRIVILEGED = f"{_OWN}privileged"
PIDS = f"{_OWN}pids-limit"
# Podman removes this file with the container
ID_FILE = f"{_OWN}cid-file"
# images whose volumes are mounted
IMAGES = f"{_OWN}kube.image.volumes.mount"
BIND_OPTIONS = "bind-mount-options"
# Podman makes a label of it
UPDATES = "io.containers.autoupdate"
_CALM = frozenset(
    {
        f"{_OWN}autoremove",
        f"{_OWN}init",
        f"{_OWN}init.container.type",
        f"{_OWN}infra.name",
        f"{_OWN}kube.health.check",
        PIDS,
        BIND_OPTIONS,
        UPDATES,
    }
)
# annotations of Kubernetes tools, which no runtime reads
_CALM_HEADS = (
    "org.opencontainers.image.",
    "kubectl.kubernetes.io/",
    "deployment.kubernetes.io/",
    "app.kubernetes.io/",
    "prometheus.io/",
    "helm.sh/",
    "meta.helm.sh/",
    "checksum/",
    "kompose.",
)
# volume options on a PersistentVolumeClaim
_VOLUME_HEAD = "volume.podman.io/"
IMPORT = f"{_VOLUME_HEAD}import-source"
_VOLUME_OPTIONS = {
    "type": "type",
    "device": "device",
    "mount-options": "o",
    "uid": "uid",
    "gid": "gid",
    "image": "image",
    "driver": "",
}


def add_annotations(pod: Part, notes: Mapping[str, str]) -> None:
    """Add what the annotations give to the pod's part. An unknown annotation is a security option."""
    for name, value in notes.items():
        at = f"annotations.{name}"
        head = name.partition("/")[0]
        if head == MOUNTS_FROM:
            pod.mounts.append(Mount("from", value, "", (), at))
        elif head == ID_FILE:
            pod.mounts.append(Mount("file", value, "", (), at))
        elif head == IMAGES:
            pod.images += [Fact(one, at) for one in value.split(";") if one]
        elif head == PRIVILEGED:
            pod.give_all_rights(at)
        elif head == USER_SPACE:
            mode, _colon, rest = value.partition(":")
            if mode in ("host", "container", "ns"):
                pod.spaces.append(Namespace("user", "path" if mode == "ns" else mode, rest, at))
        elif head not in _CALM and not name.startswith(_CALM_HEADS):
            pod.security.append(Fact(f"annotation={name}", at))


def pids(notes: Mapping[str, str], container: str) -> float | None:
    """The process limit for this container (Podman 5.5 and later), or None."""
    given = notes.get(f"{PIDS}/{container}", "")
    digits = given.removeprefix("-")
    return float(given) if digits.isascii() and digits.isdigit() else None


def labels(notes: Mapping[str, str], container: str) -> dict[str, str]:
    """Labels that Podman makes of annotations."""
    given = notes.get(f"{UPDATES}/{container}", notes.get(UPDATES))
    return {} if given is None else {UPDATES: given}


def bind_options(notes: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """(host path, options) that an annotation adds to mounts of that path."""
    path, _colon, options = notes.get(BIND_OPTIONS, "").rpartition(":")
    return path, tuple(options.split(",")) if path else ()


def volume(reader: Reader, name: str, notes: Mapping[str, str], at: str) -> Part:
    """The volume of a PersistentVolumeClaim."""
    options: dict[str, str] = {}
    driver = ""
    imported: list[Mount] = []
    for key, option, value in _of_volumes(notes):
        if option == "driver":
            driver = value
        elif key == IMPORT:
            imported.append(Mount("file", value, "", ("ro",), f"annotations.{key}"))
        elif option in _VOLUME_OPTIONS:
            options[_VOLUME_OPTIONS[option]] = value
        else:
            reader.add_unknown(f"{at}.annotations.{key}" if at else f"annotations.{key}")
    part = volume_part(reader, name=name, driver=driver, options=options, at="annotations")
    part.mounts += imported
    return part


def _of_volumes(notes: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for key, value in notes.items():
        if key.startswith(_VOLUME_HEAD):
            yield key, key.removeprefix(_VOLUME_HEAD), value
