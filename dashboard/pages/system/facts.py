"""Facts of a host's Podman for its tabs, from the database alone."""

import re
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.offers.prunes import PRUNES
from dashboard.words import Words
from hosts import advisories, capabilities, upgrade_to_6
from hosts.advisories import Advisory
from hosts.capabilities import Ability
from hosts.models import DiskUse, Endpoint, Job
from hosts.upgrade_to_6 import Obstacle


@dataclass(frozen=True, slots=True)
class DiskLine:
    """One kind of object on the disk. `share`: reclaimable part, 0…1."""

    words: Words
    list_url: str
    count: int
    active: int
    size_bytes: int
    reclaimable_bytes: int
    share: float
    prune_url: str


def disk_lines(use: DiskUse, verbs: frozenset[str]) -> list[DiskLine]:
    """Images, containers and volumes."""
    host = use.endpoint.host.name
    query = f'?q=host:"{host}"'
    rooms = (
        ("image", _("Images"), "/images/"),
        ("container", _("Containers"), "/containers/"),
        ("volume", _("Volumes"), "/volumes/"),
    )
    lines = []
    for kind, words, url in rooms:
        told = use.kinds.get(kind) or {}
        size, back = told.get("size_bytes", 0), told.get("reclaimable_bytes", 0)
        may = f"{kind}.prune" in verbs and use.endpoint.state in ("up", "degraded")
        lines.append(
            DiskLine(
                words=words,
                list_url=f"{url}{query}",
                count=told.get("count", 0),
                active=told.get("active", 0),
                size_bytes=size,
                reclaimable_bytes=back,
                share=back / size if size else 0.0,
                prune_url=_prune_url(kind, use.endpoint_id) if may else "",
            )
        )
    return lines


def _prune_url(kind: str, endpoint_id: int) -> str:
    return f"{reverse(PRUNES[kind].page_name)}?endpoint={endpoint_id}"


def more_prunes(endpoint: Endpoint, verbs: frozenset[str]) -> list[tuple[Words, str]]:
    """(title, URL) of the prunes that free no disk: pods and networks."""
    return [
        (PRUNES[kind].command, _prune_url(kind, endpoint.pk))
        for kind in ("pod", "network")
        if f"{kind}.prune" in verbs
    ]


def no_events(endpoint: Endpoint) -> str:
    """Why the endpoint has no events, "" when it has."""
    return capabilities.lacks(endpoint, "events")


@dataclass(frozen=True, slots=True)
class HostCommand:
    """A command that must be run on the host itself."""

    command: str
    words: str


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """An endpoint's part of the tab."""

    endpoint: Endpoint
    rows: list[tuple[str, str]]
    registries: list[dict[str, Any]]
    searched: list[str]
    plugins: list[tuple[str, str]]
    abilities: list[Ability]
    local: list[HostCommand]
    check: Job | None
    no_check: str
    weaknesses: list[Advisory]
    # None: not known yet
    in_the_way_of_6: list[Obstacle] | None
    changes_in_6: list[Words]


def system_facts(endpoint: Endpoint) -> SystemFacts:
    info = endpoint.info or {}
    registries = info.get("registries") or {}
    plugins = info.get("plugins") or {}
    last = Job.objects.filter(endpoint=endpoint, verb="system.check").order_by("-id").first()
    return SystemFacts(
        endpoint=endpoint,
        rows=[(words, value) for words, value in _rows(endpoint, info) if value],
        registries=registries.get("configured") or [],
        searched=registries.get("search") or [],
        plugins=[
            (words, ", ".join(plugins.get(name) or []))
            for name, words in (
                ("volume", _("Volume drivers")),
                ("network", _("Network drivers")),
                ("log", _("Log drivers")),
            )
            if plugins.get(name)
        ],
        abilities=capabilities.abilities(endpoint),
        local=_local(endpoint),
        check=last,
        no_check=capabilities.lacks(endpoint, "check"),
        weaknesses=advisories.of_endpoint(endpoint),
        in_the_way_of_6=upgrade_to_6.obstacles(endpoint)
        if upgrade_to_6.is_known(endpoint)
        else None,
        changes_in_6=[] if upgrade_to_6.is_there(endpoint) else list(upgrade_to_6.CHANGES),
    )


def _uptime(told: Any) -> str:
    """ "1h 34m 47s" of Podman's "1h 34m 47.00s (Approximately 0.04 days)"."""
    return re.sub(r"\.\d+s\b", "s", str(told or "").partition(" (")[0])


def _rows(endpoint: Endpoint, info: dict[str, Any]) -> list[tuple[str, str]]:
    host, store = info.get("host") or {}, info.get("store") or {}
    version, runtime = info.get("version") or {}, host.get("ociRuntime") or {}
    security, distribution = host.get("security") or {}, host.get("distribution") or {}
    guards = [
        name
        for name, key in (
            ("SELinux", "selinuxEnabled"),
            ("AppArmor", "apparmorEnabled"),
            ("seccomp", "seccompEnabled"),
        )
        if security.get(key)
    ]
    system = f"{distribution.get('distribution', '')} {distribution.get('version', '')}".strip()
    events = host.get("eventLogger", "")
    return [
        ("Podman", version.get("Version") or endpoint.podman_version),
        (_("API"), version.get("APIVersion") or endpoint.api_version),
        (_("Runs as"), _("%s, rootless") % endpoint.user if endpoint.rootless else "root"),
        (_("System"), system),
        (_("Kernel"), host.get("kernel", "")),
        (_("Architecture"), host.get("arch", "")),
        (_("Up for"), _uptime(host.get("uptime"))),
        (_("OCI runtime"), runtime.get("version") or runtime.get("name", "")),
        (
            "cgroups",
            f"{host.get('cgroupVersion', '')} · {host.get('cgroupManager', '')}".strip(" ·"),
        ),
        (_("Network backend"), host.get("networkBackend", "")),
        (_("Rootless network"), host.get("rootlessNetworkCmd", "") if endpoint.rootless else ""),
        (
            _("Storage"),
            f"{store.get('graphDriverName', '')} · {store.get('graphRoot', '')}".strip(" ·"),
        ),
        (_("Database"), host.get("databaseBackend", "")),
        (_("Events logger"), events),
        (_("Log driver"), host.get("logDriver", "")),
        (_("Security"), ", ".join(guards)),
        (_("Socket"), endpoint.socket),
    ]


def _local(endpoint: Endpoint) -> list[HostCommand]:
    podman = "podman"
    if endpoint.rootless:
        podman = (
            f"sudo -u {endpoint.user} XDG_RUNTIME_DIR=/run/user/$(id -u {endpoint.user}) podman"
        )
    return [
        HostCommand(
            f"{podman} system migrate",
            _(
                "Migrates containers to a new version of Podman or to new subordinate ids. It "
                "stops all of them."
            ),
        ),
        HostCommand(
            f"{podman} system renumber",
            _("Renumbers all locks, after num_locks was changed. Stop all containers first."),
        ),
        HostCommand(
            f"{podman} system reset",
            _(
                "Removes everything: containers, pods, images, volumes, networks, secrets. It cannot be"
                " undone."
            ),
        ),
    ]
