"""A container requested in Docker's dialect, in the words of Podman's own spec: the same rules judge it.
The body that is sent on is built anew, with the true names of its fields.

Podman makes a command line of the body. A text that could become a second option there is refused.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hosts.guardrails import docker_fields as fields
from hosts.guardrails.from_spec import PERIOD_US
from hosts.guardrails.reader import Reader, join

_PORT: Final = re.compile(r"(\d{1,5})(?:/(tcp|udp|sctp))?")
# of a path or name that Podman puts between commas or colons
_PLAIN: Final = re.compile(r"[^,:\"'\\\x00-\x1f=]*")
_WORD: Final = re.compile(r"[A-Za-z0-9_=.%-]{1,100}")
_RULE: Final = re.compile(r"([abc]) (\*|\d{1,9}):(\*|\d{1,9}) ([rwm]{1,3})")
_MODES: Final = {
    "PidMode": "pidns",
    "IpcMode": "ipcns",
    "UTSMode": "utsns",
    "UsernsMode": "userns",
    "CgroupnsMode": "cgroupns",
}
_NETWORKS: Final = ("bridge", "none", "host", "private", "pasta", "slirp4netns")
_SECURITY: Final = {"apparmor": "apparmor_profile", "seccomp": "seccomp_profile_path"}
_SECURITY_LISTS: Final = {"label": "selinux_opts", "unmask": "unmask", "proc-opts": "procfs_opts"}


@dataclass(frozen=True, slots=True)
class Docker:
    """`spec`: for from_spec.container. `body`: what may be sent. `unknown`: fields not understood."""

    spec: dict[str, Any]
    body: dict[str, Any]
    unknown: tuple[str, ...]


def container(raw: Mapping[str, Any], name: str) -> Docker:
    """Of the body of containers/create, and the name that its query gives."""
    reader = Reader()
    given = reader.mapping(raw, fields.CONTAINER, "")
    host = reader.mapping(given.pop("HostConfig", None), fields.HOST, "HostConfig")
    networking = reader.mapping(
        given.pop("NetworkingConfig", None), fields.NETWORKING, "NetworkingConfig"
    )
    if given.pop("NetworkDisabled", None):
        reader.add_unknown("NetworkDisabled")
    if reader.text(given.pop("Name", None), "Name") not in ("", name):
        reader.add_unknown("Name")
    for field in fields.EMPTY:
        if host.pop(field, None):
            reader.add_unknown(f"HostConfig.{field}")
    for field in fields.UNSENT:
        host.pop(field, None)
    spec: dict[str, Any] = {"name": name} if name else {}
    _own(reader, given, spec)
    _shared(reader, host, spec)
    _mounts(reader, given, host, spec)
    if found := limits(reader, host):
        spec["resource_limits"] = found
    _network(reader, host, spec)
    body: dict[str, Any] = {**given, "HostConfig": host}
    if endpoints := _endpoints(reader, networking, spec):
        body["NetworkingConfig"] = {"EndpointsConfig": endpoints}
    return Docker(spec, body, tuple(reader.unknown))


def _own(reader: Reader, given: dict[str, Any], spec: dict[str, Any]) -> None:
    image = reader.text(given.get("Image"), "Image")
    spec |= {"image": image, "raw_image_name": image}
    if user := reader.text(given.get("User"), "User"):
        spec["user"] = user
    if labels := reader.pairs(given.get("Labels"), "Labels"):
        spec["labels"] = labels
    for port in _keys(reader, given, "ExposedPorts"):
        if not _PORT.fullmatch(port):
            reader.add_unknown(join("ExposedPorts", port))


def _shared(reader: Reader, host: dict[str, Any], spec: dict[str, Any]) -> None:
    """Of what confines it, and of what it shares with others."""
    for field, name in (("Privileged", "privileged"), ("PublishAllPorts", "publish_image_ports")):
        if reader.tick(host.get(field), field):
            spec[name] = True
    for field, name in (
        ("CapAdd", "cap_add"),
        ("CapDrop", "cap_drop"),
        ("GroupAdd", "groups"),
        ("VolumesFrom", "volumes_from"),
    ):
        if found := [text for text, _at in reader.texts(host.get(field), field)]:
            spec[name] = found
    for field, name in (
        ("Annotations", "annotations"),
        ("StorageOpt", "storage_opts"),
        ("Sysctls", "sysctl"),
    ):
        if pairs := reader.pairs(host.get(field), field):
            spec[name] = pairs
    if parent := reader.text(host.get("CgroupParent"), "CgroupParent"):
        spec["cgroup_parent"] = parent
    for field, name in _MODES.items():
        if mode := reader.text(host.get(field), field):
            kind, _colon, value = mode.partition(":")
            spec[name] = {"nsmode": kind} | ({"value": value} if value else {})
    for text, at in reader.texts(host.get("SecurityOpt"), "SecurityOpt"):
        _security(reader, text, at, spec)
    log = reader.mapping(host.get("LogConfig"), fields.LOG, "LogConfig")
    options = reader.pairs(log.get("Config"), "LogConfig.Config")
    driver = reader.text(log.get("Type"), "LogConfig.Type")
    if driver or options:
        spec["log_configuration"] = {"driver": driver, "options": options}
    _devices(reader, host, spec)


def _security(reader: Reader, text: str, at: str, spec: dict[str, Any]) -> None:
    key, sign, value = text.partition("=")
    if not sign:
        # as it was written before
        key, sign, value = text.partition(":")
    if key == "no-new-privileges":
        spec["no_new_privileges"] = value.lower() not in ("false", "0")
    elif key in _SECURITY:
        spec[_SECURITY[key]] = value
    elif key in _SECURITY_LISTS:
        spec.setdefault(_SECURITY_LISTS[key], []).append(value)
    elif key != "mask":
        reader.add_unknown(at)


def _devices(reader: Reader, host: dict[str, Any], spec: dict[str, Any]) -> None:
    devices: list[dict[str, Any]] = []
    for raw, at in reader.items(host.get("Devices"), "Devices"):
        one = reader.mapping(raw, fields.DEVICE, at)
        texts = [reader.text(one.get(field), at) for field in fields.DEVICE]
        if not all(map(_PLAIN.fullmatch, texts)):
            reader.add_unknown(at)
        devices.append({"path": ":".join(filter(None, texts))})
    for raw, at in reader.items(host.get("DeviceRequests"), "DeviceRequests"):
        one = reader.mapping(raw, fields.DEVICE_REQUEST, at)
        ids = [text for text, _at in reader.texts(one.get("DeviceIDs"), at)]
        devices += [{"path": text} for text in ids or ["all that fit"]]
    if devices:
        spec["devices"] = devices
    rules = []
    for text, at in reader.texts(host.get("DeviceCgroupRules"), "DeviceCgroupRules"):
        if match := _RULE.fullmatch(text):
            rules.append({"allow": True, "type": match[1]})
        else:
            reader.add_unknown(at)
    if rules:
        spec["device_cgroup_rule"] = rules


def _mounts(
    reader: Reader, given: dict[str, Any], host: dict[str, Any], spec: dict[str, Any]
) -> None:
    mounts: list[dict[str, Any]] = []
    volumes: list[dict[str, Any]] = []
    overlays: list[dict[str, Any]] = []
    for text, at in reader.texts(host.get("Binds"), "Binds"):
        source, *rest = text.split(":")
        options = rest[1].split(",") if len(rest) > 1 else []
        words = all(map(_WORD.fullmatch, options))
        if (
            len(rest) not in (1, 2)
            or not all(map(_PLAIN.fullmatch, (source, rest[0])))
            or not words
        ):
            reader.add_unknown(at)
        elif not source.startswith(("/", ".", "~")):
            volumes.append({"Name": source, "Dest": rest[0], "Options": options})
        elif "O" in options:
            overlays.append({"source": source, "destination": rest[0], "options": options})
        else:
            one = {"type": "bind", "source": source, "destination": rest[0], "options": options}
            mounts.append(one)
    for raw, at in reader.items(host.get("Mounts"), "Mounts"):
        _mount(reader, reader.mapping(raw, fields.MOUNT, at), at, mounts, volumes)
    for path in _keys(reader, given, "Volumes"):
        if not path.startswith("/") or not _PLAIN.fullmatch(path):
            reader.add_unknown(join("Volumes", path))
    for path, words_of in reader.pairs(host.get("Tmpfs"), "Tmpfs").items():
        options = [word for word in words_of.split(",") if word]
        if not _PLAIN.fullmatch(path) or not all(map(_WORD.fullmatch, options)):
            reader.add_unknown(join("Tmpfs", path))
        mounts.append({"type": "tmpfs", "destination": path, "options": options})
    found = {"mounts": mounts, "volumes": volumes, "overlay_volumes": overlays}
    spec |= {name: listed for name, listed in found.items() if listed}


def _mount(
    reader: Reader,
    one: dict[str, Any],
    at: str,
    mounts: list[dict[str, Any]],
    volumes: list[dict[str, Any]],
) -> None:
    kind = reader.text(one.get("Type"), join(at, "Type"))
    source = reader.text(one.get("Source"), join(at, "Source"))
    target = reader.text(one.get("Target"), join(at, "Target"))
    options = ["ro"] if reader.tick(one.get("ReadOnly"), join(at, "ReadOnly")) else []
    bind = reader.mapping(one.get("BindOptions"), fields.BIND, join(at, "BindOptions"))
    volume = reader.mapping(one.get("VolumeOptions"), fields.VOLUME, join(at, "VolumeOptions"))
    tmpfs = reader.mapping(one.get("TmpfsOptions"), fields.TMPFS, join(at, "TmpfsOptions"))
    propagation = reader.text(bind.get("Propagation"), join(at, "BindOptions.Propagation"))
    if propagation:
        options.append(propagation)
    consistency = reader.text(one.get("Consistency"), join(at, "Consistency"))
    if not all(map(_PLAIN.fullmatch, (source, target, propagation, consistency))):
        reader.add_unknown(at)
    for field in ("Labels", "DriverConfig", "Subpath"):
        if volume.get(field):
            # what a volume is made of is asked for where it is made
            reader.add_unknown(join(at, f"VolumeOptions.{field}"))
    if tmpfs.get("Options"):
        reader.add_unknown(join(at, "TmpfsOptions.Options"))
    if kind == "volume":
        volumes.append({"Name": source, "Dest": target, "Options": options})
    elif kind in ("bind", "tmpfs"):
        place = {"destination": target, "options": options}
        mounts.append({"type": kind, "source": source, **place})
    else:
        reader.add_unknown(join(at, "Type"))


def limits(reader: Reader, host: Mapping[str, Any]) -> dict[str, Any]:
    """The limits in a HostConfig, or in the body of an update, as Podman's resource_limits."""

    def number(field: str) -> int:
        return int(reader.number(host.get(field), field) or 0)

    memory = {
        name: number(field)
        for name, field in (
            ("limit", "Memory"),
            ("reservation", "MemoryReservation"),
            ("swap", "MemorySwap"),
        )
        if number(field)
    }
    cpu: dict[str, int] = {}
    if nano := number("NanoCpus"):
        cpu = {"quota": nano // 10_000, "period": PERIOD_US}
    for name, field in (("quota", "CpuQuota"), ("period", "CpuPeriod"), ("shares", "CpuShares")):
        if number(field):
            cpu[name] = number(field)
    pids = {"limit": number("PidsLimit")} if number("PidsLimit") else {}
    found = {"memory": memory, "cpu": cpu, "pids": pids}
    return {name: one for name, one in found.items() if one}


def _network(reader: Reader, host: dict[str, Any], spec: dict[str, Any]) -> None:
    mode = reader.text(host.get("NetworkMode"), "NetworkMode")
    kind, colon, value = mode.partition(":")
    if kind in ("container", "ns"):
        spec["netns"] = {"nsmode": kind, "value": value}
    elif colon and kind in ("pasta", "slirp4netns"):
        spec["netns"] = {"nsmode": kind}
        spec["network_options"] = {kind: value.split(",")}
    elif colon:
        reader.add_unknown("NetworkMode")
    elif kind in _NETWORKS:
        spec["netns"] = {"nsmode": kind}
    elif kind not in ("", "default"):
        spec["netns"] = {"nsmode": "bridge"}
        spec["Networks"] = {kind: {}}
    ports: list[dict[str, Any]] = []
    for port in _keys(reader, host, "PortBindings"):
        at = join("PortBindings", port)
        match = _PORT.fullmatch(port)
        if match is None:
            reader.add_unknown(at)
            continue
        for raw, where in reader.items(host["PortBindings"][port], at):
            one = reader.mapping(raw, fields.PORT, where)
            number = reader.text(one.get("HostPort"), where)
            address = reader.text(one.get("HostIp"), where)
            if (number and not number.isdecimal()) or not _is_address(address):
                reader.add_unknown(where)
                continue
            given = {"container_port": int(match[1]), "host_port": int(number or 0)}
            ports.append(given | ({"host_ip": address} if address else {}))
    if ports:
        spec["portmappings"] = ports


def _endpoints(
    reader: Reader, networking: dict[str, Any], spec: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """The networks that it joins, by what of each is sent on."""
    at = "NetworkingConfig.EndpointsConfig"
    raw = networking.get("EndpointsConfig")
    if raw is not None and not isinstance(raw, dict):
        reader.add_unknown(at)
        return {}
    found: dict[str, dict[str, Any]] = {}
    for name, told in (raw or {}).items():
        found[str(name)] = endpoint(reader, told, join(at, str(name)))
        if name not in ("default", *_NETWORKS):
            spec.setdefault("Networks", {})[str(name)] = {}
    return found


def endpoint(reader: Reader, told: Any, at: str) -> dict[str, Any]:
    """Of how a container is on a network what is sent on."""
    one = reader.mapping(told, fields.ENDPOINT, at)
    if one.get("Links") or one.get("DriverOpts"):
        reader.add_unknown(at)
    if one.get("IPAMConfig"):
        where = join(at, "IPAMConfig")
        one["IPAMConfig"] = reader.mapping(one["IPAMConfig"], fields.ADDRESSES, where)
    return {key: one[key] for key in fields.ENDPOINT_SENT if one.get(key)}


def _keys(reader: Reader, given: Mapping[str, Any], field: str) -> list[str]:
    told = given.get(field)
    if told is not None and not isinstance(told, dict):
        reader.add_unknown(field)
        return []
    return [str(key) for key in told or {}]


def _is_address(text: str) -> bool:
    try:
        return not text or bool(ipaddress.ip_address(text))
    except ValueError:
        return False
