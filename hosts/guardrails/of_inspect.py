"""Builder for a container that is there already, by Podman's inspect: before it goes on (restore)."""

from typing import Any

from hosts.guardrails.of_spec import capability
from hosts.guardrails.proposed import Fact, Mount, Part, Port, Proposed, Space, What
from hosts.guardrails.reading import Reader

# which cgroup namespace is the usual one depends on the host, so inspect does not say a choice
_SPACES = {
    "NetworkMode": "network",
    "PidMode": "pid",
    "IpcMode": "ipc",
    "UTSMode": "uts",
    "UsernsMode": "user",
}


def container(verb: str, found: dict[str, Any]) -> Proposed:
    """Of the inspect of a container. Its own shape is Podman's, so nothing in it is unknown."""
    host = _part(found, "HostConfig")
    config = _part(found, "Config")
    part = Part(What.CONTAINER, str(found.get("Name") or ""))
    if host.get("Privileged"):
        part.give_all_rights("HostConfig.Privileged")
    else:
        part.capabilities = [
            Fact(capability(str(name)), "HostConfig.CapAdd") for name in host.get("CapAdd") or []
        ]
        part.security = [
            Fact(str(text), "HostConfig.SecurityOpt") for text in host.get("SecurityOpt") or []
        ]
    part.dropped = [capability(str(name)) for name in host.get("CapDrop") or []]
    for key, name in _SPACES.items():
        mode, _colon, value = str(host.get(key) or "").partition(":")
        if mode in ("host", "container", "ns"):
            kind = "path" if mode == "ns" else mode
            part.spaces.append(Space(name, kind, value, f"HostConfig.{key}"))
    if str(host.get("NetworkMode")) == "host":
        part.ports.append(Port(-1, 1, "", "HostConfig.NetworkMode"))
    for device in host.get("Devices") or []:
        path = str(device.get("PathOnHost") or "") if isinstance(device, dict) else ""
        part.devices.append(Fact(path, "HostConfig.Devices"))
    for one in found.get("Mounts") or []:
        if isinstance(one, dict):
            kind = str(one.get("Type") or "bind")
            source = str((one.get("Name") if kind == "volume" else one.get("Source")) or "")
            options = [str(text) for text in one.get("Options") or []]
            options += [] if one.get("RW", True) else ["ro"]
            target = str(one.get("Destination") or "")
            part.mounts.append(Mount(kind, source, target, tuple(options), f"Mounts {target}"))
    part.images = [Fact(str(found.get("ImageName") or ""), "ImageName")]
    part.labels = Reader().pairs(config.get("Labels"), "Config.Labels")
    if user := str(config.get("User") or ""):
        part.user = Fact(user, "Config.User")
    _limits(part, host)
    _ports(part, host)
    return Proposed(verb, (part,))


# as a pod tells what its containers share
_SHARED = {"net": "network", "pid": "pid", "ipc": "ipc", "uts": "uts", "user": "user"}


def joined(verb: str, pod: dict[str, Any], carrier: dict[str, Any]) -> Proposed:
    """Of what a container gets from the pod that it joins: namespaces and ports that they share, and what
    Podman copies from the pod's own container, the carrier (specgen/generate.Inherit): capabilities,
    devices, mounts, security options. Both as inspect tells them.
    """
    shared = {_SHARED.get(str(name)) for name in pod.get("SharedNamespaces") or []}
    [part] = container(verb, carrier).parts
    ours = Part(What.JOINED, str(pod.get("Name") or ""), at="pod")
    ours.privileged, ours.capabilities = part.privileged, part.capabilities
    ours.devices, ours.mounts, ours.security = part.devices, part.mounts, part.security
    ours.spaces = [space for space in part.spaces if space.name in shared]
    ours.ports = part.ports if "network" in shared else []
    return Proposed(verb, (ours,))


def _part(found: dict[str, Any], key: str) -> dict[str, Any]:
    inner = found.get(key)
    return inner if isinstance(inner, dict) else {}


def _limits(part: Part, host: dict[str, Any]) -> None:
    cpus = (host.get("NanoCpus") or 0) / 1e9
    if not cpus and host.get("CpuQuota"):
        cpus = host["CpuQuota"] / (host.get("CpuPeriod") or 100_000)
    given = {"memory": host.get("Memory"), "cpus": cpus, "pids": host.get("PidsLimit")}
    part.limits = {name: float(value) for name, value in given.items() if value}


def _ports(part: Part, host: dict[str, Any]) -> None:
    for bindings in _part(host, "PortBindings").values():
        for one in bindings or []:
            number = str(one.get("HostPort") or "0")
            first = int(number) if number.isdecimal() else 0
            part.ports.append(
                Port(first, 1, str(one.get("HostIp") or ""), "HostConfig.PortBindings")
            )
