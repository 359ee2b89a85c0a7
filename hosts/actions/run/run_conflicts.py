"""What Podman refuses about fields that are each right by themselves, found before anything is sent.

Keys are fields; one row of ports or volumes is `ports.0`.
"""

from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.run.run_ports import overlap

_ROOTLESS_ONLY = ("keep-id", "nomap")


def conflicts(params: dict[str, Any], *, rootless: bool) -> dict[str, str]:
    """Field to refusal; empty when Podman can take it. `params` as run_spec reads them."""
    found: dict[str, str] = {}
    mode = params.get("userns", "").partition(":")[0]
    if mode in _ROOTLESS_ONLY and not rootless:
        found["userns"] = _("“%s” is for rootless Podman; this one runs as root.") % mode
    if params.get("remove") and params.get("restart", "no") != "no":
        found["remove"] = _("A container that is removed at its end cannot be restarted.")
    if params.get("pod"):
        found |= _in_pod(params)
    found |= _ports(params.get("ports", []), network=params.get("network", ""))
    targets: set[str] = set()
    for index, volume in enumerate(params.get("volumes", [])):
        target = volume["target"].rstrip("/")
        if target in targets:
            found[f"volumes.{index}"] = _("%s is mounted twice.") % target
        targets.add(target)
    return found


def _in_pod(params: dict[str, Any]) -> dict[str, str]:
    """A pod's containers share its network and user namespace, which were made with the pod."""
    found = {}
    if params.get("ports"):
        found["ports.0"] = _("The ports of a pod are published when the pod is made.")
    if params.get("network"):
        found["network"] = _("A container in a pod uses the pod's network: leave this empty.")
    if params.get("userns"):
        found["userns"] = _("A container in a pod uses the pod's user namespace: leave this empty.")
    return found


def _ports(ports: list[dict[str, Any]], *, network: str) -> dict[str, str]:
    found = {}
    for index, port in enumerate(ports):
        if network in ("host", "none"):
            found[f"ports.{index}"] = (
                _(
                    "With the host's network nothing is published: the container has the host's ports."
                )
                if network == "host"
                else _("A container without a network cannot publish ports.")
            )
        elif any(overlap(port, other) for other in ports[:index]):
            found[f"ports.{index}"] = _("Port %d of the host is given twice.") % port["host_port"]
    return found
