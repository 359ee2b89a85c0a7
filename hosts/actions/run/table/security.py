"""Capabilities, namespaces, SELinux labels and kernel settings."""

import re
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts.actions.run import run_fields
from hosts.actions.run.table.field import Field, Kind, Params, Spec, at
from hosts.actions.run.table.inspected import InspectedContainer, lines_of
from hosts.actions.run.table.mappings import GIVEN, MAPPINGS, USER_NS
from hosts.actions.run.table.parsers import (
    join_lines,
    lines,
    matching,
    pair_lines,
    pairs,
    separated,
    tick,
)
from hosts.refusals import Refusal

_CONTAINER = r"container:[a-zA-Z0-9][a-zA-Z0-9_.-]*"


def _capability(text: str) -> str:
    name = text.strip().upper().removeprefix("CAP_")
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        raise Refusal(_now("“%s” is not a capability: write NET_ADMIN.") % text[:40])
    return name


def _capabilities_from_inspect(name: str) -> Any:
    def from_inspect(one: InspectedContainer) -> str:
        if one.host("Privileged"):
            return ""
        return lines_of(str(cap).removeprefix("CAP_") for cap in one.host(name) or [])

    return from_inspect


def _caps(names: list[str]) -> list[str]:
    return [name if name == "ALL" else f"CAP_{name}" for name in names]


def _option(text: str) -> str:
    """An argument of `--security-opt`, with “=”. docker also wrote “:”."""
    equals = text.partition("=")
    name, sign, value = equals if equals[1] else text.partition(":")
    name = name.strip()
    if name == "no-new-privileges" and value.lower() in ("", "true", "false"):
        return "no-new-privileges" if value.lower() != "false" else "no-new-privileges=false"
    known = ("apparmor", "label", "mask", "proc-opts", "seccomp", "systempaths", "unmask")
    if name not in known or not sign or not value:
        raise Refusal(_now("“%s” is not a security option of Podman.") % text[:80])
    if name == "systempaths":
        if value != "unconfined":
            raise Refusal(_now("systempaths= can only be unconfined."))
        return "unmask=ALL"
    if name == "seccomp" and value != "unconfined" and not value.startswith("/"):
        raise Refusal(_now("seccomp= must be unconfined, or the full path of a file on the host."))
    return f"{name}={value}"


def _put_options(spec: Spec, values: Any, _params: Params) -> None:
    for text in values:
        name, _equals, value = text.partition("=")
        notes = spec.setdefault("annotations", {})
        if name == "no-new-privileges":
            spec["no_new_privileges"] = value != "false"
        elif name == "apparmor":
            spec["apparmor_profile"] = value
            notes["io.podman.annotations.apparmor"] = value
        elif name == "label" and value == "nested":
            spec["label_nested"] = True
        elif name == "label":
            spec.setdefault("selinux_opts", []).append(value)
            notes["io.podman.annotations.label"] = ",label=".join(spec["selinux_opts"])
        elif name == "seccomp":
            spec["seccomp_profile_path"] = value
            notes["io.podman.annotations.seccomp"] = value
        elif name == "proc-opts":
            spec["procfs_opts"] = value.split(",")
        else:
            spec.setdefault(name, []).extend(value.split(":"))
        if not notes:
            del spec["annotations"]


def _options_from_inspect(container: InspectedContainer) -> str:
    found: list[str] = []
    for text in container.host("SecurityOpt") or []:
        # several labels come as one: label=type:x,label=level:y
        parts = re.split(r",(?=label=)", str(text))
        found += ["unmask=ALL" if part == "unmask=all" else part for part in parts]
    return lines_of([] if container.host("Privileged") else found)


def _namespace(text: str) -> dict[str, str]:
    mode, _colon, value = text.partition(":")
    return {"nsmode": "path" if mode == "ns" else mode, **({"value": value} if value else {})}


def _put_user(spec: Spec, text: Any, _params: Params) -> None:
    spec["userns"] = _namespace(text)
    spec.setdefault("annotations", {})[USER_NS] = text


def _user_from_inspect(container: InspectedContainer) -> str:
    mode = container.annotation(USER_NS).removeprefix(GIVEN)
    return mode or ("" if container.host("UsernsMode") != "host" else "host")


def _space(
    name: str, label: Any, flag: str, path: str, *, modes: str, usual: tuple[str, ...], shown: str
) -> Field:
    def from_inspect(one: InspectedContainer) -> str:
        mode = str(one.host(shown) or "")
        return "" if mode in usual or one.inspect.get("Pod") else mode

    pattern = rf"{modes}|{_CONTAINER}|ns:/\S+"
    refusal = _("“%s” is not valid: use host, private, container:name or ns:/path.")
    return Field(
        name,
        label,
        matching(pattern, refusal),
        at(path, _namespace),
        (flag,),
        from_inspect=from_inspect,
        offers="namespaces",
        logged=True,
    )


def _sysctls(text: str) -> dict[str, str]:
    found = pairs(text)
    for name in found:
        if not re.fullmatch(r"[a-z0-9_]+([./][A-Za-z0-9_.*-]+)+", name):
            raise Refusal(_now("“%s” is not a kernel setting.") % name[:80])
    return found


SECURITY = (
    Field(
        "userns",
        _("User namespace"),
        run_fields.user_namespace,
        _put_user,
        ("--userns",),
        from_inspect=_user_from_inspect,
        help=_("keep-id: your account has the same id inside (rootless)."),
        offers="userns-modes",
        logged=True,
    ),
    *MAPPINGS,
    Field(
        "cap_add",
        _("Capabilities to add"),
        separated(_capability),
        at("cap_add", _caps),
        ("--cap-add",),
        Kind.LINES,
        write=join_lines,
        from_inspect=_capabilities_from_inspect("CapAdd"),
        hint="NET_ADMIN",
        logged=True,
    ),
    Field(
        "cap_drop",
        _("Capabilities to drop"),
        separated(_capability),
        at("cap_drop", _caps),
        ("--cap-drop",),
        Kind.LINES,
        write=join_lines,
        from_inspect=_capabilities_from_inspect("CapDrop"),
        hint="ALL",
        logged=True,
    ),
    Field(
        "security_opt",
        _("Security options"),
        lines(_option),
        _put_options,
        ("--security-opt",),
        Kind.LINES,
        write=join_lines,
        from_inspect=_options_from_inspect,
        help=_("One per line: label=disable, label=type:…, seccomp=unconfined, no-new-privileges."),
        logged=True,
    ),
    Field(
        "sysctls",
        _("Kernel settings (sysctl)"),
        _sysctls,
        at("sysctl", dict),
        ("--sysctl",),
        Kind.LINES,
        write=pair_lines,
        hint="net.core.somaxconn=1024",
        logged=True,
    ),
    _space(
        "pidns",
        _("Process namespace"),
        "--pid",
        "pidns",
        modes="host|private",
        usual=("", "private"),
        shown="PidMode",
    ),
    _space(
        "ipcns",
        _("IPC namespace"),
        "--ipc",
        "ipcns",
        modes="host|private|shareable|none",
        usual=("", "shareable"),
        shown="IpcMode",
    ),
    _space(
        "utsns",
        _("UTS namespace (host name)"),
        "--uts",
        "utsns",
        modes="host|private",
        usual=("", "private"),
        shown="UTSMode",
    ),
    _space(
        "cgroupns",
        _("Cgroup namespace"),
        "--cgroupns",
        "cgroupns",
        modes="host|private",
        # the default depends on the host
        usual=("", "private", "host"),
        shown="CgroupMode",
    ),
    Field(
        "privileged",
        _("Privileged: all rights of its user on the host (--privileged)"),
        tick,
        at("privileged"),
        ("--privileged",),
        Kind.TICK,
        from_inspect=lambda container: "on" if container.host("Privileged") else "",
        logged=True,
    ),
)
