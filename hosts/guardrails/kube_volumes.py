"""Volumes of a pod in a kube file, and the mounts of its containers.

Podman splits a mountPath at ":" into a target and options, as on a run line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hosts.guardrails.from_storage import split_mount
from hosts.guardrails.kube_annotations import BIND_OPTIONS
from hosts.guardrails.kube_fields import SOURCES
from hosts.guardrails.proposal import Fact, Mount, Part
from hosts.guardrails.reader import Reader, join

# mountPropagation as a mount option
_PROPAGATION = {"None": "private", "HostToContainer": "rslave", "Bidirectional": "rshared"}


@dataclass(frozen=True, slots=True)
class Source:
    """What a volume is: bind (host path), volume (name), device, tmpfs or image."""

    kind: str
    value: str
    field: str


def volumes(reader: Reader, given: list[dict[str, Any]], pod: Part, at: str) -> dict[str, Source]:
    """Sources by volume name. What a volume gives without a mount is added to `pod`."""
    found: dict[str, Source] = {}
    for number, one in enumerate(given):
        one_at = f"{at}[{number}]"
        kinds = [name for name in SOURCES if name in one]
        name = str(one.get("name", ""))
        if len(kinds) > 1 or name in found:
            # Podman uses one of them
            reader.add_unknown(one_at)
        for kind in kinds[:1]:
            found[name] = _source(one[kind], kind, name, pod, join(one_at, kind))
    return found


def _source(given: dict[str, Any], kind: str, name: str, pod: Part, at: str) -> Source:
    if kind == "hostPath":
        return _of_host(given, pod, at)
    if kind == "image":
        reference = str(given.get("reference", ""))
        pod.images.append(Fact(reference, join(at, "reference")))
        return Source("image", reference, at)
    if kind == "emptyDir":
        # the volume has this name in Podman
        return Source("tmpfs" if given.get("medium") == "Memory" else "volume", name, at)
    named = {"persistentVolumeClaim": "claimName", "configMap": "name", "secret": "secretName"}
    return Source("volume", str(given.get(named[kind], "")), join(at, named[kind]))


def _of_host(given: dict[str, Any], pod: Part, at: str) -> Source:
    path, kind = str(given.get("path", "")), str(given.get("type", ""))
    where = join(at, "path")
    if kind in ("BlockDevice", "CharDevice"):
        pod.devices.append(Fact(path, where))
        return Source("device", path, where)
    # Podman creates it if it is missing, mounted or not: that is writing
    options = () if kind.endswith("OrCreate") else ("ro",)
    pod.mounts.append(Mount("bind", path, "", options, where))
    return Source("bind", path, where)


def mounts(
    reader: Reader,
    given: list[dict[str, Any]],
    at: str,
    sources: Mapping[str, Source],
    binds: tuple[str, tuple[str, ...]],
) -> list[Mount]:
    """The mounts of one container. `binds`: (host path, options) from an annotation."""
    found: list[Mount] = []
    for number, one in enumerate(given):
        one_at = f"{at}[{number}]"
        name = str(one.get("name", ""))
        source = sources.get(name, Source("volume", name, join(one_at, "name")))
        target, colon, rest = str(one.get("mountPath", "")).partition(":")
        options = rest.split(",") if colon else []
        field = join(one_at, "mountPath") if colon else source.field
        if one.get("readOnly"):
            options.append("ro")
        propagation = one.get("mountPropagation")
        if propagation in _PROPAGATION:
            options.append(_PROPAGATION[propagation])
            field = field if colon else join(one_at, "mountPropagation")
        elif propagation is not None:
            reader.add_unknown(join(one_at, "mountPropagation"))
        if source.kind in ("bind", "volume"):
            path = source.value
            if source.kind == "bind" and path == binds[0]:
                options += binds[1]
                field = f"annotations.{BIND_OPTIONS}"
            if source.kind == "bind" and one.get("subPath"):
                # a subPath could lead out of the volume
                path = f"{path.rstrip('/')}/{one['subPath']}"
                field = join(one_at, "subPath")
            found += split_mount(reader, source.kind, path, target, tuple(options), field)
        elif colon:
            for option in rest.split(","):
                reader.add_unknown(f"{join(one_at, 'mountPath')}.{option}")
    return found
