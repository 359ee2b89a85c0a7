"""Whether a host can go to Podman 6, which dropped some older parts. From stored facts."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.capabilities import version_of
from hosts.models import Endpoint

FIRST = (6, 0)
# Podman's release notes: from here on new stores are SQLite, and info names the database
_SQLITE = (4, 8)
_PASTA = (5, 0)

CHANGES: tuple[str | Promise, ...] = (
    gettext_lazy("New networks are isolated from one another."),
    gettext_lazy("podman volume prune on the host removes anonymous volumes only."),
    gettext_lazy(
        "podman commit on the host pauses the container meanwhile, as Haulout always does."
    ),
)
"""What else is different there, for somebody who gives commands on the host."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A part that Podman 6 dropped, and what to do about it before."""

    what: str
    cure: str


def is_there(endpoint: Endpoint) -> bool:
    """Whether it runs Podman 6 or newer."""
    return (version_of(endpoint) or (0, 0)) >= FIRST


def is_known(endpoint: Endpoint) -> bool:
    """Whether the link has looked at the host."""
    return bool(version_of(endpoint) and endpoint.host_info)


def obstacles(endpoint: Endpoint) -> list[Obstacle]:
    """All obstacles; none where it runs 6 already. Ask `is_known` before."""
    version, host = version_of(endpoint), endpoint.host_info
    if version is None or not host or is_there(endpoint):
        return []
    found = []
    if host.get("cgroupVersion") == "v1":
        found.append(
            Obstacle(
                _("The host runs cgroups v1."),
                _("Boot it with systemd.unified_cgroup_hierarchy=1."),
            )
        )
    if host.get("networkBackend") == "cni":
        found.append(
            Obstacle(
                _("Its networks use CNI, which Podman 6 does not read."),
                _(
                    "Set network_backend = “netavark” in containers.conf, and recreate the "
                    "networks and containers."
                ),
            )
        )
    if _database(endpoint, version) == "boltdb":
        found.append(
            Obstacle(
                _("Its database is BoltDB."),
                _(
                    "Update to Podman 5.8 first and restart the host: that converts it to SQLite. "
                    "Back up what you cannot recreate."
                ),
            )
        )
    if _rootless_network(endpoint, version) == "slirp4netns":
        found.append(
            Obstacle(
                _("Rootless containers use slirp4netns for the network."),
                _(
                    "Install passt, set default_rootless_network_cmd = “pasta” in containers.conf, and"
                    " recreate containers that name slirp4netns."
                ),
            )
        )
    return found


def _database(endpoint: Endpoint, version: tuple[int, int]) -> str:
    known = str(endpoint.host_info.get("databaseBackend") or "")
    return known or ("boltdb" if version < _SQLITE else "")


def _rootless_network(endpoint: Endpoint, version: tuple[int, int]) -> str:
    if not endpoint.rootless:
        return ""
    known = str(endpoint.host_info.get("rootlessNetworkCmd") or "")
    return known or ("slirp4netns" if version < _PASTA else "")
