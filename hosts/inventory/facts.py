"""What an endpoint's `info` says about its host: a bounded part of it, in Podman's own shape."""

import re
from typing import Any

from hosts.inventory.bounds import flag, integer, items, text, texts

_HOST_TEXTS = (
    "arch",
    "cgroupManager",
    "cgroupVersion",
    "databaseBackend",
    "eventLogger",
    "hostname",
    "kernel",
    "logDriver",
    "networkBackend",
    "os",
    "rootlessNetworkCmd",
    "uptime",
)
_HOST_NUMBERS = ("cpus", "memTotal", "memFree", "swapTotal", "swapFree")
_PERCENTS = ("userPercent", "systemPercent", "idlePercent")
# older Podman's API has other shapes
OLDEST_MAJOR = 4


def facts(info: Any) -> dict[str, Any]:
    """`{"host": …, "store": …, "version": …, "registries": …}` with Podman's names.

    Sizes in bytes; `host.cpuUtilization` in percent since boot; missing parts are left out.
    """
    root = _object(info)
    host, store, version = (_object(root.get(name)) for name in ("host", "store", "version"))
    distribution = _object(host.get("distribution"))
    security = _object(host.get("security"))
    cpu = _object(host.get("cpuUtilization"))
    kept: dict[str, Any] = {name: text(host.get(name), limit=200) for name in _HOST_TEXTS}
    kept |= {name: integer(host.get(name)) for name in _HOST_NUMBERS}
    kept["cgroupControllers"] = texts(host.get("cgroupControllers"), count=30, limit=40)
    kept["distribution"] = {
        name: text(distribution.get(name), limit=80) for name in ("distribution", "version")
    }
    kept["cpuUtilization"] = {name: _percent(cpu.get(name)) for name in _PERCENTS}
    runtime = _object(host.get("ociRuntime"))
    kept["ociRuntime"] = {
        "name": text(runtime.get("name"), limit=80),
        "version": text(runtime.get("version"), limit=200).partition("\n")[0],
    }
    dns = _object(_object(host.get("networkBackendInfo")).get("dns"))
    kept["networkBackendInfo"] = {"dns": {"version": text(dns.get("version"), limit=80)}}
    kept["security"] = {
        name: flag(security.get(name))
        for name in ("rootless", "selinuxEnabled", "apparmorEnabled", "seccompEnabled")
    }
    return {
        "host": kept,
        "store": {
            "graphRoot": text(store.get("graphRoot"), limit=400),
            "graphDriverName": text(store.get("graphDriverName"), limit=40),
            "graphRootAllocated": integer(store.get("graphRootAllocated")),
            "graphRootUsed": integer(store.get("graphRootUsed")),
            "volumePath": text(store.get("volumePath"), limit=400),
            "containerStore": _counts(store.get("containerStore")),
            "imageStore": _counts(store.get("imageStore")),
        },
        "version": {
            "Version": text(version.get("Version"), limit=40),
            "APIVersion": text(version.get("APIVersion"), limit=40),
            "OsArch": text(version.get("OsArch"), limit=40),
        },
        "registries": {
            "search": texts(_object(root.get("registries")).get("search"), count=20, limit=255),
            "configured": _registries(_object(root.get("registries"))),
        },
        "plugins": {
            name: texts(_object(root.get("plugins")).get(name), count=50, limit=60)
            for name in ("volume", "network", "log")
        },
    }


def major(version: str) -> int | None:
    """The first number of a version; None: it has none."""
    found = re.match(r"\D{0,3}(\d{1,4})", version)
    return int(found[1]) if found else None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _percent(value: Any) -> float:
    return integer(value * 100, high=10_000) / 100 if isinstance(value, int | float) else 0.0


def _registries(given: dict[str, Any]) -> list[dict[str, Any]]:
    """Registries with settings of their own: `[{"prefix", "insecure", "blocked", "mirrors"}]`."""
    named = ((name, one) for name, one in given.items() if isinstance(one, dict))
    return [
        {
            "prefix": text(name, limit=255),
            "insecure": flag(one.get("Insecure")),
            "blocked": flag(one.get("Blocked")),
            "mirrors": [
                text(_object(mirror).get("Location"), limit=255)
                for mirror in items(one.get("Mirrors"), count=10)
            ],
        }
        for (name, one), _ in zip(named, range(50), strict=False)
    ]


def _counts(value: Any) -> dict[str, int]:
    return {
        name: integer(number)
        for name, number in _object(value).items()
        if name in ("number", "paused", "running", "stopped")
    }
