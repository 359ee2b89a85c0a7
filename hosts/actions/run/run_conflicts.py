"""Conflicts between valid fields that Podman would refuse. Keys are fields; `ports.0` is a row."""

from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.run.run_ports import overlap
from hosts.actions.run.table.networks import network
from hosts.actions.run.table.startup import NAMES as STARTUP_PARTS
from hosts.actions.run.table.startup import SINCE as STARTUP_SINCE

MAPS = ("uidmap", "gidmap")
_ROOTLESS_ONLY = ("keep-id", "nomap")


def conflicts(
    params: dict[str, Any], *, rootless: bool, version: tuple[int, int] | None = None
) -> dict[str, str]:
    """Refusals by field. Empty when Podman can take it. `params` as run_spec reads them. `version`: of the
    host's Podman. None: not known.
    """
    found: dict[str, str] = {}
    mode = params.get("userns", "").partition(":")[0]
    if mode in _ROOTLESS_ONLY and not rootless:
        found["userns"] = _("“%s” is for rootless Podman; this one runs as root.") % mode
    for name in MAPS:
        if params.get(name) and params.get("userns"):
            found[name] = _("Mappings define their own user namespace: set only one of the two.")
    if params.get("health_startup") and version is not None and version < STARTUP_SINCE:
        found["health_startup"] = _("A startup health check needs Podman %d.%d.") % STARTUP_SINCE
    if params.get("remove") and params.get("restart", "no") != "no":
        found["remove"] = _(
            "A container that is removed when it exits cannot have a restart policy."
        )
    if params.get("pod"):
        found |= _in_pod(params)
    mode = network(params.get("network", "")).mode
    found |= _ports(params.get("ports", []), network=mode)
    return found | _network(params, mode) | _targets(params) | _incomplete(params)


def _targets(params: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    targets: set[str] = set()
    wanted = [(f"volumes.{n}", v["target"]) for n, v in enumerate(params.get("volumes", []))]
    wanted += [("tmpfs", value["target"]) for value in params.get("tmpfs", [])]
    wanted += [("mounts", value["destination"]) for value in params.get("mounts", [])]
    for place, path in wanted:
        target = path.rstrip("/")
        if target in targets:
            found[place] = _("%s is mounted twice.") % target
        targets.add(target)
    return found


def _network(params: dict[str, Any], mode: str) -> dict[str, str]:
    if not mode or mode == "private":
        return {}
    words = _("With “%s” there is no Podman network: leave this empty.") % mode
    return {name: words for name in ("networks", "ip", "ip6", "mac", "aliases") if params.get(name)}


def _incomplete(params: dict[str, Any]) -> dict[str, str]:
    """Fields that need another one."""
    found = {}
    for name in ("health_interval", "health_timeout", "health_retries", "health_start"):
        if params.get(name) is not None and not params.get("health_cmd"):
            found[name] = _("This needs a health check: set its command.")
    for name in STARTUP_PARTS:
        if params.get(name) is not None and not params.get("health_startup"):
            found[name] = _("This needs a startup health check: set its command.")
    if params.get("health_startup") and params.get("no_healthcheck"):
        found["health_startup"] = _("This refers to the health check, which is disabled here.")
    if params.get("health_cmd") and params.get("no_healthcheck"):
        found["no_healthcheck"] = _("You set a health check: it replaces the one of the image.")
    if params.get("memory_swap") and not params.get("memory_bytes"):
        found["memory_swap"] = _("A limit of memory and swap together needs a memory limit.")
    elif 0 < params.get("memory_swap", 0) < params.get("memory_bytes", 0):
        found["memory_swap"] = _(
            "This is memory and swap together: it cannot be less than memory alone."
        )
    if params.get("cpus") and (params.get("cpu_quota") or params.get("cpu_period")):
        found["cpus"] = _("CPUs and a CPU quota mean the same: set only one.")
    driver = params.get("log_driver", "journald")
    if "tag" in params.get("log_options", {}) and driver != "journald":
        found["log_options"] = (
            _("Only journald supports a tag; with %s the container does not start.") % driver
        )
    if params.get("init") and params.get("pidns", "private") != "private":
        found["init"] = _(
            "An init must be the first process, so it needs its own process namespace."
        )
    if params.get("read_only_all") and not params.get("read_only"):
        found["read_only_all"] = _("This works only with a read-only root file system.")
    return found


def _in_pod(params: dict[str, Any]) -> dict[str, str]:
    """A pod's containers use the pod's network and user namespace."""
    found = {}
    if params.get("ports"):
        found["ports.0"] = _("The ports of a pod are published when the pod is created.")
    if params.get("network"):
        found["network"] = _("A container in a pod uses the pod's network: leave this empty.")
    for name in ("networks", "ip", "ip6", "mac", "dns", "add_host", "hostname"):
        if params.get(name):
            found[name] = _(
                "The containers of a pod share this: it is set when the pod is created."
            )
    for name in MAPS:
        if params.get(name):
            found[name] = _("A container in a pod uses the pod's user namespace: leave this empty.")
    if params.get("userns"):
        found["userns"] = _("A container in a pod uses the pod's user namespace: leave this empty.")
    return found


def _ports(ports: list[dict[str, Any]], *, network: str) -> dict[str, str]:
    found = {}
    for index, port in enumerate(ports):
        if network in ("host", "none", "container", "ns"):
            found[f"ports.{index}"] = (
                _(
                    "With the host's network no ports are published: the container uses the "
                    "host's ports directly."
                )
                if network == "host"
                else _("The other container publishes the ports of a shared network.")
                if network in ("container", "ns")
                else _("A container without a network cannot publish ports.")
            )
        elif any(overlap(port, other) for other in ports[:index]):
            found[f"ports.{index}"] = _("Port %d of the host is given twice.") % port["host_port"]
    return found
