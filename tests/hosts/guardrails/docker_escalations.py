"""The escalating specs of containers in Docker's words: bodies of its POST /containers/create."""

import json
from collections.abc import Iterator
from typing import Any

from tests.hosts.guardrails.permitted import IMAGE, LIMITS, Escalation

# what the permitted spec of libpod says, likewise
BODY: dict[str, Any] = {
    "Image": IMAGE,
    "User": "1000",
    "Labels": {"team": "shop"},
    "HostConfig": {
        "Binds": [
            "/srv/data/web:/data:rbind",
            "/srv/look/x:/look:ro",
            "web-data:/var/lib/web:nocopy",
        ],
        "Tmpfs": {"/tmp": ""},
        "Memory": LIMITS["memory"]["limit"],
        "CpuQuota": LIMITS["cpu"]["quota"],
        "CpuPeriod": LIMITS["cpu"]["period"],
        "PidsLimit": LIMITS["pids"]["limit"],
        "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]},
        "CapAdd": ["NET_BIND_SERVICE"],
        "Devices": [
            {"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rwm"}
        ],
        "Sysctls": {"net.core.somaxconn": "1024"},
        "NetworkMode": "bridge",
    },
}
_OWN = {"image": "Image", "raw_image_name": "Image", "user": "User", "labels": "Labels"}
_HOST = {
    "annotations": "Annotations",
    "cap_add": "CapAdd",
    "cgroup_parent": "CgroupParent",
    "groups": "GroupAdd",
    "oci_runtime": "Runtime",
    "publish_image_ports": "PublishAllPorts",
    "storage_opts": "StorageOpt",
    "sysctl": "Sysctls",
    "volumes_from": "VolumesFrom",
}
_MODES = {
    "cgroupns": "CgroupnsMode",
    "ipcns": "IpcMode",
    "netns": "NetworkMode",
    "pidns": "PidMode",
    "userns": "UsernsMode",
    "utsns": "UTSMode",
}
_SECURITY = {
    "apparmor_profile": "apparmor",
    "label_nested": "label=nested",
    "procfs_opts": "proc-opts",
    "seccomp_profile_path": "seccomp",
    "selinux_opts": "label",
    "unmask": "unmask",
}
# of libpod's alone; Docker's body has no word for them
UNSAYABLE = frozenset(
    """
    artifact_volumes base_hosts_file cgroups_mode conmon_pid_file devices_from env_host
    healthLogDestination host_device_list image_volumes init init_path rootfs rootfs_propagation
    seccomp_policy unified
    """.split()  # noqa: SIM905
)


def bodies(case: Escalation) -> Iterator[dict[str, Any]]:
    """What is laid over BODY, in each way that Docker has for it; none where it has none."""
    names = {name.lower() for name in case.give}
    if names == {"privileged"}:
        # in whatever spelling, or in two
        yield {"HostConfig": {name.replace("p", "P", 1): on for name, on in case.give.items()}}
    elif not UNSAYABLE & case.give.keys():
        for name, value in case.give.items():
            yield from _said(name, value)


def _said(spelled: str, value: Any) -> Iterator[dict[str, Any]]:
    name = spelled.replace("ſ", "s").lower()
    if name in _OWN:
        yield {_OWN[name]: value}
    elif name in _HOST:
        yield {"HostConfig": {_HOST[name]: value}}
    elif name in _MODES:
        said = {key.replace("ſ", "s"): one for key, one in value.items()}
        kind, target = said.pop("nsmode"), said.pop("value", "")
        mode = ":".join(filter(None, ("ns" if kind == "path" else kind, target)))
        if not said:
            yield {"HostConfig": {_MODES[name]: mode}}
    elif name in _SECURITY:
        values = value if isinstance(value, list) else [value]
        word = _SECURITY[name]
        yield {
            "HostConfig": {
                "SecurityOpt": [word if "=" in word else f"{word}={one}" for one in values]
            }
        }
    else:
        yield from ({"HostConfig": one} for one in _OTHERS[name](value))


def _devices(value: Any) -> Iterator[dict[str, Any]]:
    for one in value:
        if not one["path"].startswith("/"):
            yield {"DeviceRequests": [{"Driver": "cdi", "DeviceIDs": [one["path"]]}]}
            continue
        outside, inside, way = [*one["path"].split(":"), "", ""][:3]
        device = {"PathOnHost": outside, "PathInContainer": inside, "CgroupPermissions": way}
        yield {"Devices": [device]}


def _mounts(value: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(value, list):
        yield {"Mounts": value}
        return
    for one in value:
        options = one.get("options", [])
        said = {"Type": one["type"], "Source": one["source"], "Target": one["destination"]}
        yield {"Mounts": [said | ({"BindOptions": {"Propagation": options[0]}} if options else {})]}
        if one["type"] == "bind":
            yield {"Binds": [_joined(one["source"], one["destination"], options)]}


def _volumes(value: Any) -> Iterator[dict[str, Any]]:
    for one in value:
        options = one.get("Options", [])
        yield {"Binds": [_joined(one["Name"], one["Dest"], options)]}
        said = {"Type": "volume", "Source": one["Name"], "Target": one["Dest"]}
        if options and "=" in options[0]:
            words = dict(word.removeprefix("volume-opt=").split("=", 1) for word in options)
            yield {"Mounts": [said | {"VolumeOptions": {"DriverConfig": {"Options": words}}}]}
        elif one["Name"].startswith("/"):
            yield {"Mounts": [said]}


def _overlays(value: Any) -> Iterator[dict[str, Any]]:
    for one in value:
        yield {"Binds": [_joined(one["source"], one["destination"], one["options"])]}


def _joined(source: str, target: str, options: list[str]) -> str:
    return ":".join(filter(None, (source, target, ",".join(options))))


def _limits(value: Any) -> Iterator[dict[str, Any]]:
    memory, cpu, pids = (value.get(name, {}) for name in ("memory", "cpu", "pids"))
    found = {"Memory": memory.get("limit"), "PidsLimit": pids.get("limit")}
    found |= {"CpuQuota": cpu.get("quota"), "CpuPeriod": cpu.get("period")}
    if "devices" in value:
        found["DeviceCgroupRules"] = ["a *:* rwm"]
    yield found


def _ports(value: Any) -> Iterator[dict[str, Any]]:
    for one in value:
        last = one["host_port"] + one.get("range", 1) - 1
        port = str(one["host_port"]) if last == one["host_port"] else f"{one['host_port']}-{last}"
        binding = {"HostIp": one.get("host_ip", ""), "HostPort": port}
        yield {"PortBindings": {f"{one['container_port']}/tcp": [binding]}}


def _log(value: Any) -> Iterator[dict[str, Any]]:
    path = value.get("path") or value["options"]["path"]
    yield {"LogConfig": {"Type": value.get("driver", ""), "Config": {"path": path}}}


_OTHERS: dict[str, Any] = {
    "brand_new_power": lambda value: [{"BrandNewPower": value}],
    "device_cgroup_rule": lambda value: [
        {"DeviceCgroupRules": [f"{one['type']} *:* {one['access']}" for one in value]}
    ],
    "devices": _devices,
    "log_configuration": _log,
    "mounts": _mounts,
    "network_options": lambda value: [
        {"NetworkMode": f"{name}:{','.join(words)}"} for name, words in value.items()
    ],
    "overlay_volumes": _overlays,
    "portmappings": _ports,
    "resource_limits": _limits,
    "volumes": _volumes,
}


def laid_over(give: dict[str, Any]) -> dict[str, Any]:
    """BODY with `give` over it, field by field of the host's."""
    host = {**BODY["HostConfig"], **give.get("HostConfig", {})}
    return {**BODY, **give, "HostConfig": host}


def spellings(
    body: dict[str, Any], give: dict[str, Any], permitted: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    """(how, JSON): `body` in every way that Go reads as the same; and with the keys of `give` twice, of which
    Go takes the last.
    """
    yield "as it is", json.dumps(body)
    for how in (str.lower, str.upper, _folded):
        yield how.__name__, json.dumps(_respelled(body, give, how))
    for field, value in give.items():
        rest = {name: one for name, one in body.items() if name != field}
        for again in (field, field.lower()):
            told = [*rest.items(), (field, permitted.get(field)), (again, value)]
            pairs = (f"{json.dumps(name)}:{json.dumps(one)}" for name, one in told)
            yield f"{again} twice", f"{{{','.join(pairs)}}}"


def _folded(name: str) -> str:
    # the two letters that Go takes for others
    return name.replace("s", "ſ").replace("k", "\u212a")


def _respelled(body: dict[str, Any], give: dict[str, Any], how: Any) -> dict[str, Any]:
    """With the fields of `give` in another spelling, those of the host's too."""
    found = {}
    for name, value in body.items():
        if name == "HostConfig":
            value = _respelled(value, give.get(name, {}), how)
        found[how(name) if name in give else name] = value
    return found
