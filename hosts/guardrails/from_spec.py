"""Builds proposals from bodies of Podman's API: a container's spec, a pod's spec, a change of limits."""

from collections.abc import Mapping
from typing import Any

from hosts.guardrails import spec_fields as fields
from hosts.guardrails.from_storage import overlay, volume_with_options
from hosts.guardrails.proposal import Fact, Mount, Namespace, Part, PartType, Port, Proposal
from hosts.guardrails.reader import Reader, join

# the default CPU period in microseconds, if only a quota is given
PERIOD_US = 100_000


def container(verb: str, spec: Mapping[str, Any]) -> Proposal:
    """From the body of containers/create (SpecGenerator)."""
    reader = Reader()
    part = container_part(reader, spec)
    return Proposal(verb, (part,), tuple(reader.unknown))


def container_part(reader: Reader, spec: Mapping[str, Any]) -> Part:
    """The same as a part of a larger proposal."""
    given = reader.mapping(spec, fields.CONTAINER, "")
    part = Part(PartType.CONTAINER, reader.text(given.get("name"), "name"))
    if reader.tick(given.get("privileged"), "privileged"):
        part.give_all_rights("privileged")
    _shared(reader, given, part)
    _security(reader, given, part)
    _own_files(reader, given, part)
    _devices(reader, given, part)
    # the page gives the name twice; it is judged once
    named: dict[str, str] = {}
    for key in ("image", "raw_image_name"):
        if text := reader.text(given.get(key), key):
            named.setdefault(text, key)
    part.images.extend(Fact(text, key) for text, key in named.items())
    if user := reader.text(given.get("user"), "user"):
        part.user = Fact(user, "user")
    if reader.tick(given.get("publish_image_ports"), "publish_image_ports"):
        part.ports.append(Port(0, 1, "", "publish_image_ports"))
    return part


def pod(verb: str, spec: Mapping[str, Any]) -> Proposal:
    """From the body of pods/create (PodSpecGenerator)."""
    reader = Reader()
    given = reader.mapping(spec, fields.POD, "")
    part = Part(PartType.POD, reader.text(given.get("name"), "name"))
    _shared(reader, given, part)
    for text, at in reader.texts(given.get("pod_devices"), "pod_devices"):
        part.devices.append(Fact(text.partition(":")[0], at))
    for text, at in reader.texts(given.get("security_opt"), "security_opt"):
        part.security.append(Fact(text, at))
    if image := reader.text(given.get("infra_image"), "infra_image"):
        part.images.append(Fact(image, "infra_image"))
    for key, kind in (("infra_conmon_pid_file", "file"), ("hosts_file", "file")):
        _path(reader, given, part, key=key, kind=kind)
    return Proposal(verb, (part,), tuple(reader.unknown))


def limits(verb: str, resources: Mapping[str, Any], *, name: str = "") -> Proposal:
    """From the body of containers/update (LinuxResources)."""
    reader = Reader()
    part = Part(PartType.LIMITS, name)
    _limits(reader, {"resource_limits": dict(resources)}, part)
    return Proposal(verb, (part,), tuple(reader.unknown))


def _shared(reader: Reader, given: dict[str, Any], part: Part) -> None:
    """The fields that a container and a pod have in common."""
    part.labels = reader.pairs(given.get("labels"), "labels")
    for key, name in fields.SPACES.items():
        _space(reader, given.get(key), part, key=key, name=name)
    for sysctl in reader.pairs(given.get("sysctl"), "sysctl"):
        part.security.append(Fact(f"sysctl={sysctl}", join("sysctl", sysctl)))
    if parent := reader.text(given.get("cgroup_parent"), "cgroup_parent"):
        part.security.append(Fact(f"cgroup-parent={parent}", "cgroup_parent"))
    _network_options(reader, given.get("network_options"), part)
    _mounts(reader, given, part)
    _limits(reader, given, part)
    for raw, at in reader.items(given.get("portmappings"), "portmappings"):
        port = reader.mapping(raw, fields.PORT, at)
        first = reader.number(port.get("host_port"), join(at, "host_port")) or 0
        count = reader.number(port.get("range"), join(at, "range")) or 1
        address = reader.text(port.get("host_ip"), join(at, "host_ip"))
        part.ports.append(Port(int(first), max(1, int(count)), address, at))


def _space(reader: Reader, raw: Any, part: Part, *, key: str, name: str) -> None:
    space = reader.mapping(
        {"nsmode": raw} if isinstance(raw, str) else raw, ("nsmode", "value"), key
    )
    mode = reader.text(space.get("nsmode"), join(key, "nsmode")).strip().lower()
    value = reader.text(space.get("value"), join(key, "value"))
    if mode not in fields.MODES:
        reader.add_unknown(join(key, "nsmode"))
    if mode in ("host", "container", "path", "ns"):
        part.spaces.append(Namespace(name, "path" if mode == "ns" else mode, value, key))
    if name == "network" and mode == "host":
        part.ports.append(Port(-1, 1, "", key))


def _network_options(reader: Reader, raw: Any, part: Part) -> None:
    """Options of pasta and slirp4netns: they reach the host's loopback and write its files."""
    at = "network_options"
    if raw is not None and not isinstance(raw, dict):
        reader.add_unknown(at)
        return
    for name, options in (raw or {}).items():
        for text, where in reader.texts(options, join(at, str(name))):
            part.security.append(Fact(f"network-option={text}", where))


def _mounts(reader: Reader, given: dict[str, Any], part: Part) -> None:
    for raw, at in reader.items(given.get("mounts"), "mounts"):
        one = reader.mapping(raw, fields.MOUNT, at)
        options = tuple(text for text, _at in reader.texts(one.get("options"), join(at, "options")))
        kind = reader.text(one.get("type"), join(at, "type")).lower() or "bind"
        source = reader.text(one.get("source"), join(at, "source"))
        target = reader.text(one.get("destination"), join(at, "destination"))
        if {"bind", "rbind"} & set(options):
            # the runtime goes by the options, not by the type
            kind = "bind"
        if kind == "image":
            part.images.append(Fact(source, join(at, "source")))
        part.mounts.append(Mount(kind, source, target, options, at))
    for raw, at in reader.items(given.get("volumes"), "volumes"):
        one = reader.mapping(raw, fields.VOLUME, at)
        options = tuple(text for text, _at in reader.texts(one.get("Options"), join(at, "Options")))
        name = reader.text(one.get("Name"), join(at, "Name"))
        target = reader.text(one.get("Dest"), join(at, "Dest"))
        part.mounts.append(volume_with_options(reader, name, target, options, at))
    for raw, at in reader.items(given.get("overlay_volumes"), "overlay_volumes"):
        one = reader.mapping(raw, fields.OVERLAY, at)
        options = tuple(text for text, _at in reader.texts(one.get("options"), join(at, "options")))
        source = reader.text(one.get("source"), join(at, "source"))
        target = reader.text(one.get("destination"), join(at, "destination"))
        part.mounts += overlay(source, target, options, at)
    for raw, at in reader.items(given.get("image_volumes"), "image_volumes"):
        one = reader.mapping(raw, fields.IMAGE_VOLUME, at)
        source = reader.text(one.get("Source"), join(at, "Source"))
        part.images.append(Fact(source, join(at, "Source")))
    for raw, at in reader.items(given.get("artifact_volumes"), "artifact_volumes"):
        one = reader.mapping(raw, fields.ARTIFACT, at)
        source = reader.text(one.get("source"), join(at, "source"))
        part.images.append(Fact(source, join(at, "source")))
    for text, at in reader.texts(given.get("volumes_from"), "volumes_from"):
        part.mounts.append(Mount("from", text, "", (), at))


def _own_files(reader: Reader, given: dict[str, Any], part: Part) -> None:
    """Files of the host that are mounted, read or written beside the mounts."""
    if rootfs := reader.text(given.get("rootfs"), "rootfs"):
        # podman run --rootfs takes /path:O and /path:idmap
        part.mounts.append(Mount("rootfs", rootfs.partition(":")[0], "/", (), "rootfs"))
        part.origins.append(Fact(rootfs, "rootfs"))
    _path(reader, given, part, key="init_path", kind="file")
    _path(reader, given, part, key="conmon_pid_file", kind="file")
    _path(reader, given, part, key="base_hosts_file", kind="file", but=("none", "image"))
    _path(
        reader, given, part, key="healthLogDestination", kind="file", but=("local", "events_logger")
    )
    log = reader.mapping(given.get("log_configuration"), fields.LOG, "log_configuration")
    options = reader.pairs(log.get("options"), "log_configuration.options")
    for path, at in (
        (reader.text(log.get("path"), "log_configuration.path"), "log_configuration.path"),
        (options.get("path", ""), "log_configuration.options.path"),
    ):
        if path:
            part.mounts.append(Mount("log", path, "", (), at))


def _path(
    reader: Reader,
    given: dict[str, Any],
    part: Part,
    *,
    key: str,
    kind: str,
    but: tuple[str, ...] = (),
) -> None:
    path = reader.text(given.get(key), key)
    if path and path not in but:
        part.mounts.append(Mount(kind, path, "", (), key))


def _devices(reader: Reader, given: dict[str, Any], part: Part) -> None:
    for key in ("devices", "host_device_list"):
        for raw, at in reader.items(given.get(key), key):
            device = reader.mapping(raw, fields.DEVICE, at)
            path = reader.text(device.get("path"), join(at, "path"))
            part.devices.append(Fact(path.partition(":")[0], at))
    for text, at in reader.texts(given.get("devices_from"), "devices_from"):
        part.devices.append(Fact(f"container:{text}", at))
    _device_rules(reader, given.get("device_cgroup_rule"), part, "device_cgroup_rule")


def _device_rules(reader: Reader, raw_rules: Any, part: Part, key: str) -> None:
    for raw, at in reader.items(raw_rules, key):
        rule = reader.mapping(raw, fields.DEVICE_RULE, at)
        if reader.tick(rule.get("allow"), join(at, "allow")):
            numbers = [rule.get("major", "*"), rule.get("minor", "*")]
            part.devices.append(Fact(f"{rule.get('type', 'a')} {numbers[0]}:{numbers[1]}", at))


def _limits(reader: Reader, given: dict[str, Any], part: Part) -> None:
    at = "resource_limits"
    limits = reader.mapping(given.get("resource_limits"), fields.RESOURCES, at)
    memory = reader.mapping(limits.get("memory"), fields.MEMORY, join(at, "memory"))
    cpu = reader.mapping(limits.get("cpu"), fields.CPU, join(at, "cpu"))
    pids = reader.mapping(limits.get("pids"), ("limit",), join(at, "pids"))
    for name, raw in (("memory", memory.get("limit")), ("pids", pids.get("limit"))):
        number = reader.number(raw, join(at, name))
        if number is not None:
            part.limits[name] = number
    quota = reader.number(cpu.get("quota", given.get("cpu_quota")), join(at, "cpu.quota"))
    period = reader.number(cpu.get("period", given.get("cpu_period")), join(at, "cpu.period"))
    if quota is not None:
        part.limits["cpus"] = quota / (period or PERIOD_US)
    _device_rules(reader, limits.get("devices"), part, join(at, "devices"))
    raw_cgroup = {**reader.pairs(limits.get("unified"), join(at, "unified"))}
    raw_cgroup |= reader.pairs(given.get("unified"), "unified")
    part.security += [Fact(f"cgroup={name}", join("unified", name)) for name in raw_cgroup]


def _security(reader: Reader, given: dict[str, Any], part: Part) -> None:
    """Everything that confines a container less than Podman's defaults."""
    for text, at in reader.texts(given.get("cap_add"), "cap_add"):
        part.capabilities.append(Fact(capability(text), at))
    part.dropped += [
        capability(text) for text, _at in reader.texts(given.get("cap_drop"), "cap_drop")
    ]
    part.no_new_privileges = reader.tick(given.get("no_new_privileges"), "no_new_privileges")
    for key, word in (
        ("apparmor_profile", "apparmor"),
        ("seccomp_profile_path", "seccomp"),
        ("seccomp_policy", "seccomp-policy"),
        ("oci_runtime", "runtime"),
        ("rootfs_propagation", "rootfs-propagation"),
        ("cgroups_mode", "cgroups"),
    ):
        text = reader.text(given.get(key), key)
        if text and (key, text) not in (
            ("seccomp_policy", "default"),
            ("cgroups_mode", "enabled"),
            ("cgroups_mode", "default"),
        ):
            part.security.append(Fact(f"{word}={text}", key))
    for key, word in (
        ("selinux_opts", "label"),
        ("unmask", "unmask"),
        ("procfs_opts", "proc-opts"),
    ):
        for text, at in reader.texts(given.get(key), key):
            part.security.append(Fact(f"{word}={text}", at))
    for key, word in (("label_nested", "label=nested"), ("env_host", "env-host")):
        if reader.tick(given.get(key), key):
            part.security.append(Fact(word, key))
    for text, at in reader.texts(given.get("groups"), "groups"):
        if text == "keep-groups":
            part.security.append(Fact("keep-groups", at))
    for name in reader.pairs(given.get("storage_opts"), "storage_opts"):
        if name not in ("size", "inodes"):
            part.security.append(Fact(f"storage-opt={name}", join("storage_opts", name)))
    annotations(part, reader.pairs(given.get("annotations"), "annotations"), "annotations")


def annotations(part: Part, given: Mapping[str, str], at: str) -> None:
    """Runtimes and hooks read annotations, so an unknown one is a security option."""
    for name in given:
        if not name.startswith(fields.CALM_ANNOTATIONS) and name not in fields.ECHOED_ANNOTATIONS:
            part.security.append(Fact(f"annotation={name}", join(at, name)))


def capability(text: str) -> str:
    """The capability without CAP_: NET_ADMIN."""
    return text.strip().upper().removeprefix("CAP_")
