"""A container's configuration from Podman's inspect: mounts, restart policy, limits, user."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.pages.containers.tabs import tab
from dashboard.templatetags.face import size
from hosts.actions.run.table.inspected import listing, mapping
from hosts.models import InventoryRow
from hosts.podman import containers

_NS_PER_CPU = 1_000_000_000
MOST = 100


def _mounts(found: dict[str, Any]) -> list[dict[str, Any]]:
    """{source, volume, target, read_only} of each mount. `volume` is "" for other types."""
    mounts = []
    for one in listing(found.get("Mounts"))[:MOST]:
        told = mapping(one)
        volume = str(told.get("Name") or "") if told.get("Type") == "volume" else ""
        mounts.append(
            {
                "source": volume or str(told.get("Source") or told.get("Type") or ""),
                "volume": volume,
                "target": str(told.get("Destination") or ""),
                "read_only": told.get("RW") is False,
            }
        )
    return mounts


def _restart(host: dict[str, Any]) -> str:
    policy = mapping(host.get("RestartPolicy"))
    tries = policy.get("MaximumRetryCount")
    match policy.get("Name"):
        case "always":
            return _("always")
        case "unless-stopped":
            return _("unless stopped")
        case "on-failure" if isinstance(tries, int) and tries > 0:
            return ngettext("on failure, %(n)d time", "on failure, %(n)d times", tries) % {
                "n": tries
            }
        case "on-failure":
            return _("on failure")
    return _("never")


def _limits(host: dict[str, Any]) -> list[str]:
    limits = []
    memory, cpus, pids = host.get("Memory"), host.get("NanoCpus"), host.get("PidsLimit")
    if isinstance(memory, int) and memory > 0:
        limits.append(_("%s of memory") % size(memory))
    if isinstance(cpus, int) and cpus > 0:
        limits.append(_("%g CPUs") % (cpus / _NS_PER_CPU))
    if isinstance(pids, int) and pids > 0:
        limits.append(ngettext("%d process", "%d processes", pids) % pids)
    return limits


def configuration_of(_row: InventoryRow, found: dict[str, Any]) -> dict[str, Any]:
    """Context of the summary's part. Of the environment it has the count alone."""
    config, host = mapping(found.get("Config")), mapping(found.get("HostConfig"))
    networks = mapping(mapping(found.get("NetworkSettings")).get("Networks"))
    addresses = [
        {"network": name, "address": str(address)}
        for name, told in networks.items()
        for address in (mapping(told).get("IPAddress"), mapping(told).get("GlobalIPv6Address"))
        if address
    ]
    entrypoint = config.get("Entrypoint")
    return {
        "mounts": _mounts(found),
        "restart": _restart(host),
        "limits": _limits(host),
        "privileged": host.get("Privileged") is True,
        "user": str(config.get("User") or ""),
        "folder": str(config.get("WorkingDir") or ""),
        "entrypoint": " ".join(str(word) for word in listing(entrypoint)) or str(entrypoint or ""),
        "log_driver": str(mapping(host.get("LogConfig")).get("Type") or ""),
        "addresses": addresses,
        "env_count": len(listing(config.get("Env"))),
    }


configuration = tab("configuration", containers.inspect, configuration_of)
