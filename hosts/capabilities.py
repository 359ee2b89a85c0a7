"""What an endpoint's Podman can do; where it lacks something, why and what helps.

From stored facts only (Endpoint.info, version). Pages ask before the click, actions before they
send.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.models import Endpoint

Version = tuple[int, int]
# from Podman's release notes; an answer that the link got (hosts.podman.probes) wins
_SINCE: dict[str, Version] = {
    "artifacts": (5, 6),
    "quadlets": (5, 8),
    "volume_transfer": (5, 6),
    "secret_replace": (4, 7),
    "check": (5, 2),
}


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that some Podmans cannot do. `lack`: why this one cannot, "" where it can."""

    name: str
    words: str | Promise
    lack: str = ""

    @property
    def there(self) -> bool:
        return not self.lack


def version_of(endpoint: Endpoint) -> Version | None:
    """(5, 4) of “5.4.2”; None before the first look."""
    found = re.match(r"(\d{1,3})\.(\d{1,3})", endpoint.podman_version)
    return (int(found[1]), int(found[2])) if found else None


def lacks(endpoint: Endpoint, name: str) -> str:
    """Why this endpoint cannot do it, as a sentence; "" where it can, or nobody knows yet."""
    return _ABILITIES[name][1](endpoint)


def abilities(endpoint: Endpoint) -> list[Ability]:
    """All abilities, for the host's page."""
    return [Ability(name, words, lack(endpoint)) for name, (words, lack) in _ABILITIES.items()]


def _needs(name: str) -> Callable[[Endpoint], str]:
    def lack(endpoint: Endpoint) -> str:
        has_call = (endpoint.info.get("calls") or {}).get(name)
        version, since = version_of(endpoint), _SINCE[name]
        if has_call is True or version is None or (has_call is None and version >= since):
            return ""
        return _("Needs Podman %(since)s; %(host)s has %(version)s.") % {
            "since": f"{since[0]}.{since[1]}",
            "host": endpoint,
            "version": endpoint.podman_version,
        }

    return lack


def _old_cgroups(endpoint: Endpoint) -> bool:
    return endpoint.rootless and endpoint.host_info.get("cgroupVersion") == "v1"


def _stats(endpoint: Endpoint) -> str:
    if not _old_cgroups(endpoint):
        return ""
    return _(
        "Rootless Podman has no statistics on cgroups v1. Boot %s with "
        "systemd.unified_cgroup_hierarchy=1."
    ) % (endpoint.host)


def _limits(endpoint: Endpoint) -> str:
    if _old_cgroups(endpoint):
        return _(
            "Rootless Podman cannot limit memory or CPU on cgroups v1. Boot %s with"
            " systemd.unified_cgroup_hierarchy=1."
        ) % (endpoint.host)
    controllers = endpoint.host_info.get("cgroupControllers")
    if endpoint.rootless and isinstance(controllers, list) and controllers:
        missing = [name for name in ("cpu", "memory", "pids") if name not in controllers]
        if missing:
            return _(
                "systemd does not delegate %(missing)s to %(user)s: set Delegate=yes for "
                "user@.service."
            ) % {"missing": ", ".join(missing), "user": endpoint.user}
    return ""


def _events(endpoint: Endpoint) -> str:
    if endpoint.host_info.get("eventLogger") != "none":
        return ""
    return _("Podman records no events there: set events_logger = “file” in containers.conf.")


def _logs(endpoint: Endpoint) -> str:
    if endpoint.host_info.get("logDriver") not in ("none", "passthrough"):
        return ""
    return _("New containers keep no logs there: set log_driver = “k8s-file” in containers.conf.")


def _rootful(words: str | Promise) -> Callable[[Endpoint], str]:
    return lambda endpoint: str(words) if endpoint.rootless else ""


def _connect(endpoint: Endpoint) -> str:
    if endpoint.host_info.get("networkBackend") in ("cni",):
        return _("The old CNI backend does not support this. Set network_backend to netavark.")
    return ""


_ABILITIES: dict[str, tuple[str | Promise, Callable[[Endpoint], str]]] = {
    "stats": (gettext_lazy("CPU and memory of containers"), _stats),
    "limits": (gettext_lazy("Limits of memory, CPU and processes"), _limits),
    "events": (gettext_lazy("Events, and live changes"), _events),
    "logs": (gettext_lazy("Logs of new containers"), _logs),
    "network_connect": (gettext_lazy("Networks of running containers"), _connect),
    "host_networks": (
        gettext_lazy("Networks on the host's own interface (macvlan, ipvlan)"),
        _rootful(gettext_lazy("Rootless Podman may not use an interface of the host.")),
    ),
    "checkpoint": (
        gettext_lazy("Checkpoint and restore"),
        _rootful(gettext_lazy("Only rootful Podman can checkpoint (CRIU).")),
    ),
    "secret_replace": (
        gettext_lazy("Replacing secrets in one step"),
        _needs("secret_replace"),
    ),
    "volume_transfer": (
        gettext_lazy("Exporting and importing volumes without a container"),
        _needs("volume_transfer"),
    ),
    "check": (gettext_lazy("Checking storage for damage"), _needs("check")),
    "artifacts": (gettext_lazy("Artifacts"), _needs("artifacts")),
    "quadlets": (gettext_lazy("Quadlets over the API"), _needs("quadlets")),
}
