"""Builds a proposal from Podman's inspect: of an object that was just made, or that is to start.

Inspect has no unknown fields. What it does not show is in `inspect_gaps`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hosts.guardrails import from_request, from_storage, request_terms
from hosts.guardrails.from_spec import annotations, capability
from hosts.guardrails.proposal import Fact, Mount, Namespace, Part, PartType, Port, Proposal
from hosts.guardrails.reader import Reader

# not cgroup: its default depends on the host, so inspect does not show a choice
_SPACES = {
    "NetworkMode": "network",
    "PidMode": "pid",
    "IpcMode": "ipc",
    "UTSMode": "uts",
    "UsernsMode": "user",
}
# annotations that Podman writes by itself (libpod/define/annotations.go, kube play, its OCI spec)
_PODMANS_NOTES = (
    "io.podman.annotations.",
    "io.kubernetes.cri-o.",
    "io.container.manager",
    "org.opencontainers.image.",
    "org.systemd.property.CollectMode",
    "org.systemd.property.KillSignal",
    "org.systemd.property.TimeoutStopUSec",
)
# Podman's default cgroup parents (libpod/runtime_ctr.go)
_USUAL_PARENTS = ("", "/libpod_parent", "libpod_parent", "machine.slice", "user.slice")
# labels that build tools put on every image
_CALM_LABELS = ("io.buildah.", "org.opencontainers.image.", "org.label-schema.", "maintainer")
_NAMELESS_DIGITS = 64


def container(verb: str, found: Mapping[str, Any], asked: Part | None = None) -> Proposal:
    """From the inspect of a container. `asked`: the part that was judged before it was made. Equal facts
    are then in the terms of that request (request_terms).
    """
    return Proposal(verb, (container_part(found, asked),))


def container_part(found: Mapping[str, Any], asked: Part | None = None, *, infra: str = "") -> Part:
    """The same as a part. `infra`: the id of its pod's infra container, whose namespaces it shares."""
    host, config = _part(found, "HostConfig"), _part(found, "Config")
    part = Part(PartType.CONTAINER, text(found.get("Name")))
    if host.get("Privileged"):
        part.give_all_rights("HostConfig.Privileged")
    else:
        _rights(part, found, host, config)
    part.dropped = _dropped(found, host, asked)
    part.no_new_privileges = "no-new-privileges" in texts(host.get("SecurityOpt"))
    for key, name in _SPACES.items():
        mode, _colon, value = text(host.get(key)).partition(":")
        if mode in ("host", "container", "ns") and not (infra and value == infra):
            kind = "path" if mode == "ns" else mode
            part.spaces.append(Namespace(name, kind, value, f"HostConfig.{key}"))
    if text(host.get("NetworkMode")) == "host":
        part.ports.append(Port(-1, 1, "", "HostConfig.NetworkMode"))
    for device in mappings(host.get("Devices")):
        part.devices.append(Fact(text(device.get("PathOnHost")), "HostConfig.Devices"))
    _mounts(part, found, host)
    _own_files(part, found, host, config)
    if image := text(found.get("ImageName")):
        part.images.append(Fact(image, "ImageName"))
    given = Reader().pairs(config.get("Labels"), "Config.Labels")
    part.labels = {
        name: value for name, value in given.items() if not name.startswith(_CALM_LABELS)
    }
    if user := text(config.get("User")):
        part.user = Fact(user, "Config.User")
    _limits(part, host)
    _ports(part, host)
    return request_terms.in_request_terms(part, asked) if asked is not None else part


def infra_part(pod: Mapping[str, Any], carrier: Mapping[str, Any], asked: Part | None) -> Part:
    """A new pod: its labels, and what its infra container (`carrier`) has. The carrier's image, user and
    limits are Podman's own and are dropped.
    """
    given = container_part(carrier, asked) if carrier else Part(PartType.POD)
    part = replace(given, what=PartType.POD, name=text(pod.get("Name")), images=[], user=None)
    # Podman 5.8 uses a folder of its own for it
    part.mounts = [one for one in part.mounts if one.type != "rootfs"]
    part.origins = []
    part.labels = Reader().pairs(pod.get("Labels"), "Labels")
    part.limits = {}
    return part


# names of shared namespaces in a pod's inspect
_SHARED = {"net": "network", "pid": "pid", "ipc": "ipc", "uts": "uts", "user": "user"}


def joined_pod(verb: str, pod: Mapping[str, Any], carrier: Mapping[str, Any]) -> Proposal:
    """From the pod that a container joins, and the pod's infra container (`carrier`). The container shares
    namespaces and ports. Podman also copies the carrier's capabilities, devices, mounts and security
    options (specgen/generate.Inherit).
    """
    shared = {_SHARED.get(str(name)) for name in pod.get("SharedNamespaces") or []}
    part = container_part(carrier)
    ours = Part(PartType.JOINED, text(pod.get("Name")), at="pod")
    ours.privileged, ours.capabilities = part.privileged, part.capabilities
    ours.devices, ours.security = part.devices, part.security
    # Podman 5.8 uses a folder of its own for the carrier
    ours.mounts = [one for one in part.mounts if one.type != "rootfs"]
    ours.spaces = [space for space in part.spaces if space.name in shared]
    ours.ports = part.ports if "network" in shared else []
    return Proposal(verb, (ours,))


def helper(verb: str, found: Mapping[str, Any]) -> Proposal:
    """From the inspect of a helper container of Haulout's own (from_request.helper)."""
    part = container_part(found)
    made = Part(PartType.IMAGE, privileged=part.privileged)
    made.images, made.mounts, made.origins = part.images, part.mounts, part.origins
    return Proposal(verb, (made,))


def volume(verb: str, found: Mapping[str, Any]) -> Proposal:
    """From the inspect of a volume."""
    return from_storage.volume(
        verb,
        name=text(found.get("Name")),
        driver=text(found.get("Driver")),
        options=_part(found, "Options"),
        labels=Reader().pairs(found.get("Labels"), "Labels"),
    )


def network(verb: str, found: Mapping[str, Any]) -> Proposal:
    """From the inspect of a network."""
    proposal = from_request.network(verb, found)
    return replace(proposal, unknown=())


def _rights(
    part: Part, found: Mapping[str, Any], host: dict[str, Any], config: dict[str, Any]
) -> None:
    part.capabilities = [
        Fact(capability(name), "HostConfig.CapAdd") for name in texts(host.get("CapAdd"))
    ]
    for option in texts(host.get("SecurityOpt")):
        if option != "no-new-privileges":
            part.security.append(Fact(option, "HostConfig.SecurityOpt"))
    if text(found.get("AppArmorProfile")) == "unconfined":
        part.security.append(Fact("apparmor=unconfined", "AppArmorProfile"))
    if not text(found.get("Pod")) and text(host.get("CgroupParent")) not in _USUAL_PARENTS:
        parent = text(host.get("CgroupParent"))
        part.security.append(Fact(f"cgroup-parent={parent}", "HostConfig.CgroupParent"))
    if text(host.get("Cgroups")) not in ("", "default", "enabled"):
        part.security.append(Fact(f"cgroups={text(host['Cgroups'])}", "HostConfig.Cgroups"))
    if "keep-groups" in texts(host.get("GroupAdd")):
        part.security.append(Fact("keep-groups", "HostConfig.GroupAdd"))
    notes = Reader().pairs(config.get("Annotations"), "Config.Annotations")
    own = {name: one for name, one in notes.items() if not name.startswith(_PODMANS_NOTES)}
    annotations(part, own, "Config.Annotations")


def _dropped(found: Mapping[str, Any], host: dict[str, Any], asked: Part | None) -> list[str]:
    added = {fact.value for fact in asked.capabilities} if asked else set()
    left = {capability(name) for name in texts(found.get("BoundingCaps"))}
    if "BoundingCaps" in found and left <= added:
        return ["ALL"]
    return [capability(name) for name in texts(host.get("CapDrop"))]


def _mounts(part: Part, found: Mapping[str, Any], host: dict[str, Any]) -> None:
    for one in mappings(found.get("Mounts")):
        kind = text(one.get("Type")) or "bind"
        source = text(one.get("Name") if kind == "volume" else one.get("Source"))
        options = texts(one.get("Options"))
        options += [] if one.get("RW", True) else ["ro"]
        options += [text(one["Propagation"])] if text(one.get("Propagation")) else []
        target = text(one.get("Destination"))
        at = f"Mounts {target}"
        if kind == "image":
            part.images.append(Fact(source, at))
        if kind == "volume" and len(source) == _NAMELESS_DIGITS:
            # an anonymous volume, with another name each time
            source = ""
        part.mounts.append(Mount(kind, source, target, tuple(options), at))
        # options of an overlay or a new volume name folders of the host
        part.mounts += from_storage.folders(tuple(options), target, at)
        if any(one.startswith("volume-opt") for one in options):
            part.mounts.append(
                from_storage.volume_with_options(Reader(), source, target, tuple(options), at)
            )
    for name in texts(host.get("VolumesFrom")):
        part.mounts.append(Mount("from", name, "", (), "HostConfig.VolumesFrom"))


def _own_files(
    part: Part, found: Mapping[str, Any], host: dict[str, Any], config: dict[str, Any]
) -> None:
    """Files of the host that Podman reads or writes for the container."""
    if rootfs := text(found.get("Rootfs")):
        part.mounts.append(Mount("rootfs", rootfs, "/", (), "Rootfs"))
        part.origins.append(Fact(rootfs, "Rootfs"))
    own = text(found.get("Id"))
    log = text(_part(host, "LogConfig").get("Path"))
    for path, at, kind, usual in (
        (log, "HostConfig.LogConfig.Path", "log", ("none",)),
        (text(found.get("ConmonPidFile")), "ConmonPidFile", "file", ()),
        (text(host.get("HostsFile")), "HostConfig.HostsFile", "file", ("none", "image")),
        (
            text(config.get("HealthLogDestination")),
            "Config.HealthLogDestination",
            "file",
            ("local", "events_logger"),
        ),
    ):
        # Podman's own files are in a folder named after the container
        if path and path not in usual and not (own and f"/{own}/" in path):
            part.mounts.append(Mount(kind, path, "", (), at))


def _limits(part: Part, host: dict[str, Any]) -> None:
    cpus = number(host.get("NanoCpus")) / 1e9
    if not cpus and host.get("CpuQuota"):
        cpus = number(host["CpuQuota"]) / (number(host.get("CpuPeriod")) or 100_000)
    given = {
        "memory": number(host.get("Memory")),
        "cpus": cpus,
        "pids": number(host.get("PidsLimit")),
    }
    part.limits = {name: value for name, value in given.items() if value}


def _ports(part: Part, host: dict[str, Any]) -> None:
    for bindings in _part(host, "PortBindings").values():
        for one in mappings(bindings):
            port = text(one.get("HostPort"))
            first = int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else 0
            part.ports.append(Port(first, 1, text(one.get("HostIp")), "HostConfig.PortBindings"))


# types in a host's answer are not trusted


def _part(found: Mapping[str, Any], key: str) -> dict[str, Any]:
    inner = found.get(key)
    return inner if isinstance(inner, dict) else {}


def text(raw: Any) -> str:
    """The text, or "" if the host sent something else."""
    return raw if isinstance(raw, str) else ""


def texts(raw: Any) -> list[str]:
    """The texts of a list, or []."""
    return [one for one in raw if isinstance(one, str)] if isinstance(raw, list) else []


def mappings(raw: Any) -> list[dict[str, Any]]:
    """The mappings of a list, or []."""
    return [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []


def number(raw: Any) -> float:
    """The number, or 0."""
    return float(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else 0.0
