"""The judge of the differential test: what Podman's inspect shows against the strict rules.

It shares nothing with hosts.guardrails: a fault that both had would be seen by neither.
"""

from collections.abc import Iterator
from typing import Any

from hosts.guardrails.judge import Rule

IMAGE, OTHER = "localhost/busybox:latest", "localhost/web:latest"
ALLOWED = "/var/tmp/may"
MOST_MEMORY = 512 * 2**20
# what every input is judged by; `faults` looks for the same in its own way
RULES = [
    Rule("no privileged", "privileged"),
    Rule("own namespaces", "host_namespaces"),
    Rule("no capabilities", "capabilities"),
    Rule("no devices", "devices"),
    Rule("confined", "security_options"),
    Rule("mounts", "mounts", {"allow": [ALLOWED]}),
    Rule("images", "images", {"allow": ["localhost/busybox", "localhost/mine"]}),
    Rule("bounded", "limits", {"need": ["memory"], "memory_most": "512m"}),
    Rule("high ports", "ports", {"allow": ["8000-8999"], "no_random": True}),
    Rule("not root", "users", {"no_root": True}),
    Rule("somebody's", "labels", {"require": ["team=shop"]}),
]
_SPACES = ("NetworkMode", "PidMode", "IpcMode", "UTSMode", "UsernsMode")
_ORDERS = ("io.haulout.", "run.oci.", "org.systemd.property.", "krun.")


def faults(found: dict[str, Any], *, is_infra: bool, volumes: dict[str, Any]) -> list[str]:
    """What a container has that the rules forbid. `volumes`: inspect of each, by name."""
    host, config = found.get("HostConfig") or {}, found.get("Config") or {}
    in_pod = bool(found.get("Pod"))
    return [
        *_rights(host, in_pod=in_pod),
        *_mounts(found.get("Mounts") or [], volumes),
        *_ports(host),
        *_notes(config),
        *([] if is_infra else _own(found, host, config)),
    ]


def _rights(host: dict[str, Any], *, in_pod: bool) -> Iterator[str]:
    if host.get("Privileged"):
        yield "privileged"
    for key in ("CapAdd", "SecurityOpt", "Devices"):
        given = [one for one in host.get(key) or [] if one != "no-new-privileges"]
        if given:
            yield f"{key} {given}"
    for key in _SPACES:
        mode = str(host.get(key) or "")
        if mode == "host" or mode.startswith("ns:") or (mode.startswith("container:") > in_pod):
            yield f"{key} {mode}"


def _mounts(mounts: list[dict[str, Any]], volumes: dict[str, Any]) -> Iterator[str]:
    for mount in mounts:
        said = f"mount {mount.get('Type')} {mount.get('Source')} {mount.get('Options')}"
        said += f" {mount.get('Propagation')}"
        options = {str(one) for one in mount.get("Options") or []}
        words = {one.partition("=")[0] for one in options} | {str(mount.get("Propagation"))}
        if words & {"shared", "rshared", "upperdir", "workdir"}:
            yield said
        if mount.get("Type") == "volume":
            made = volumes.get(str(mount.get("Name"))) or {}
            if made.get("Options") or made.get("Driver", "local") != "local":
                yield f"{said} of {made.get('Driver')} {made.get('Options')}"
        elif mount.get("Type") == "bind":
            source = str(mount.get("Source"))
            if source != ALLOWED and not source.startswith(f"{ALLOWED}/"):
                yield said


def _ports(host: dict[str, Any]) -> Iterator[str]:
    for port, bound in (host.get("PortBindings") or {}).items():
        for one in bound or []:
            number = str(one.get("HostPort") or "")
            if not (number.isdecimal() and 8000 <= int(number) <= 8999):
                yield f"port {port} at {one}"


def _notes(config: dict[str, Any]) -> Iterator[str]:
    for name in config.get("Annotations") or {}:
        if name.startswith(_ORDERS):
            yield f"annotation {name}"


def _own(found: dict[str, Any], host: dict[str, Any], config: dict[str, Any]) -> Iterator[str]:
    if not str(found.get("ImageName") or "").startswith(("localhost/busybox", "localhost/mine")):
        yield f"image {found.get('ImageName')}"
    if not 0 < int(host.get("Memory") or 0) <= MOST_MEMORY:
        yield f"memory {host.get('Memory')}"
    if str(config.get("User") or "").partition(":")[0] in ("", "0", "root"):
        yield f"user {config.get('User')!r}"
    if (config.get("Labels") or {}).get("team") != "shop":
        yield f"labels {config.get('Labels')}"
