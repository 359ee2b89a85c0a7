"""Annotations of a kube file: those that Podman takes for options, and those that a runtime may read.

A Pod's stand in its metadata. Of a workload Podman takes those of the outer metadata for the containers,
and a few of the template's for the pod, so both are judged.
"""

from collections.abc import Iterator, Mapping

from hosts.guardrails.of_storage import volume_part
from hosts.guardrails.proposed import Fact, Mount, Part, Space
from hosts.guardrails.reading import Reader

# options of a pod's containers (pkg/specgen/generate/kube); a container's own has its name behind a slash
_OWN = "io.podman.annotations."
MOUNTS_FROM = f"{_OWN}volumes-from"
USER_SPACE = f"{_OWN}userns"
PRIVILEGED = f"{_OWN}privileged"
PIDS = f"{_OWN}pids-limit"
# Podman removes the file that it names together with the container
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
# of tools round Kubernetes, which no runtime reads
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
# of a PersistentVolumeClaim: options of the volume
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


def judged(pod: Part, notes: Mapping[str, str]) -> None:
    """What they give, into the part of the pod. Each that is not known as calm is an option too."""
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
                pod.spaces.append(Space("user", "path" if mode == "ns" else mode, rest, at))
        elif head not in _CALM and not name.startswith(_CALM_HEADS):
            pod.security.append(Fact(f"annotation={name}", at))


def pids(notes: Mapping[str, str], container: str) -> float | None:
    """The limit that Podman takes from them (5.5 and later), which is the container's own alone."""
    given = notes.get(f"{PIDS}/{container}", "")
    digits = given.removeprefix("-")
    return float(given) if digits.isascii() and digits.isdigit() else None


def labels(notes: Mapping[str, str], container: str) -> dict[str, str]:
    """Labels that Podman makes of annotations."""
    given = notes.get(f"{UPDATES}/{container}", notes.get(UPDATES))
    return {} if given is None else {UPDATES: given}


def bind_options(notes: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The path of the host to whose mounts they give options."""
    path, _colon, options = notes.get(BIND_OPTIONS, "").rpartition(":")
    return path, tuple(options.split(",")) if path else ()


def volume(reader: Reader, name: str, notes: Mapping[str, str], at: str) -> Part:
    """The volume of a claim."""
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
            reader.strange(f"{at}.annotations.{key}" if at else f"annotations.{key}")
    part = volume_part(reader, name=name, driver=driver, options=options, at="annotations")
    part.mounts += imported
    return part


def _of_volumes(notes: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for key, value in notes.items():
        if key.startswith(_VOLUME_HEAD):
            yield key, key.removeprefix(_VOLUME_HEAD), value
