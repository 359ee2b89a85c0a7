"""Who owns a container, by the labels of systemd, compose and kube play; and its volumes."""

from collections.abc import Mapping
from typing import Any

from hosts.inventory.bounds import items, text

_PROJECTS = ("com.docker.compose.project", "io.podman.compose.project")
# set by Quadlet and `podman generate systemd`
_UNIT = "PODMAN_SYSTEMD_UNIT"
# `kube play` writes annotations of this prefix; only inspect shows them
_KUBE = "io.podman.annotations.kube."


def unit(labels: Mapping[str, str]) -> str:
    """The systemd unit that owns it, or ""."""
    return labels.get(_UNIT, "")[:255]


def project(labels: Mapping[str, str]) -> str:
    """The compose project that it belongs to, or ""."""
    return next((labels[name][:255] for name in _PROJECTS if labels.get(name)), "")


def made_by_kube(inspected: Mapping[str, Any]) -> bool:
    """True when `kube play` made the container (from `containers/{id}/json`)."""
    config = inspected.get("Config")
    annotations = config.get("Annotations") if isinstance(config, dict) else None
    return isinstance(annotations, dict) and any(str(n).startswith(_KUBE) for n in annotations)


def volumes(inspected: Mapping[str, Any]) -> list[str]:
    """Names of the volumes that it mounts (from `containers/{id}/json`), each once."""
    mounts = (one for one in items(inspected.get("Mounts"), count=200) if isinstance(one, dict))
    names = (text(one.get("Name"), limit=255) for one in mounts if one.get("Type") == "volume")
    return sorted({name for name in names if name})
