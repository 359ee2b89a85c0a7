"""What the doctor checks once a Podman socket answers: version, events, cgroups, clock."""

import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

from hosts.link.errors import LinkError
from hosts.link.http_get import HttpAnswer

MIN_MAJOR: Final = 4
MAX_CLOCK_OFF_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class PodmanInfo:
    """What a socket's `info` says, with checked types: a host may send anything."""

    version: str
    rootless: bool
    events: str
    cgroups: str
    controllers: tuple[str, ...]
    graph_root: str
    socket_path: str
    hostname: str
    # None: Podman's text for it cannot be read
    uptime_s: float | None


def read_info(info: dict[str, Any]) -> PodmanInfo:
    """Podman's `info`, reduced to what the doctor needs."""
    host = _object(info, "host")
    controllers = host.get("cgroupControllers")
    return PodmanInfo(
        version=_text(_object(info, "version"), "Version"),
        rootless=_object(host, "security").get("rootless") is True,
        events=_text(host, "eventLogger"),
        cgroups=_text(host, "cgroupVersion"),
        controllers=tuple(
            name
            for name in (controllers if isinstance(controllers, list) else [])
            if isinstance(name, str)
        ),
        graph_root=_text(_object(info, "store"), "graphRoot"),
        socket_path=_text(_object(host, "remoteSocket"), "path").removeprefix("unix://"),
        hostname=_text(host, "hostname")[:255],
        uptime_s=_uptime_s(_text(host, "uptime")),
    )


def _uptime_s(words: str) -> float | None:
    # "26h 52m 20.00s (Approximately 1.08 days)"
    found = re.match(r"(\d{1,9})h (\d{1,2})m (\d{1,2}(?:\.\d{1,9})?)s", words)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None


def check_version(version: str, *, update: str) -> str:
    """The version as text. Raises LinkError "podman-too-old"."""
    match = re.match(r"(\d{1,4})\.", version)
    if match is not None and int(match[1]) < MIN_MAJOR:
        raise LinkError(
            "podman-too-old",
            cause=f"Podman {version} is on this host; Haulout needs 4.0 or later.",
            cure=f"Update it, with the system if it has no newer one: {update}",
        )
    return version


def check_events(podman: PodmanInfo) -> str:
    """The events backend. Raises LinkError "events-none"."""
    if podman.events == "none":
        raise LinkError(
            "events-none",
            cause="Podman keeps no events on this host, so changes are seen a minute late.",
            cure=(
                'Set events_logger = "file" under [engine] in /etc/containers/containers.conf '
                "(or ~/.config/containers/containers.conf), then: "
                f"systemctl {'--user ' if podman.rootless else ''}restart podman.service"
            ),
        )
    return podman.events


def check_cgroups(podman: PodmanInfo) -> str:
    """The cgroups version. Raises LinkError "cgroups-v1-rootless" or "cgroups-delegation"."""
    if podman.cgroups == "v1" and podman.rootless:
        raise LinkError(
            "cgroups-v1-rootless",
            cause="Without root, Podman on cgroups v1 has no live statistics and no limits.",
            cure=(
                "Boot with cgroups v2: add systemd.unified_cgroup_hierarchy=1 to the kernel's "
                "command line (GRUB_CMDLINE_LINUX in /etc/default/grub), then: update-grub && reboot"
            ),
        )
    missing = {"cpu", "memory", "pids"} - set(podman.controllers)
    if podman.cgroups == "v2" and podman.rootless and missing:
        raise LinkError(
            "cgroups-delegation",
            cause=f"Users' containers can have no limits on {', '.join(sorted(missing))}.",
            cure=(
                "As root: mkdir -p /etc/systemd/system/user@.service.d && printf "
                "'[Service]\\nDelegate=cpu cpuset io memory pids\\n' > "
                "/etc/systemd/system/user@.service.d/delegate.conf && systemctl daemon-reload; "
                "then sign in anew"
            ),
        )
    return podman.cgroups


def date_of(answer: HttpAnswer) -> float | None:
    """The host's clock when it answered, in seconds since 1970; None without a Date."""
    try:
        return parsedate_to_datetime(answer.fields.get("date", "")).timestamp()
    except ValueError:
        return None


def check_clock(answer: HttpAnswer) -> str | None:
    """How far the host's clock is off, as text; None without a Date. Raises LinkError "clock-off"."""
    there = date_of(answer)
    if there is None:
        return None
    off_s = there - time.time()
    if abs(off_s) > MAX_CLOCK_OFF_S:
        raise LinkError(
            "clock-off",
            cause=f"The host's clock is {abs(off_s):.0f} s {'ahead' if off_s > 0 else 'behind'}.",
            cure="On the host: timedatectl set-ntp true",
        )
    return f"{round(off_s):+d} s" if round(off_s) else "0 s"


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _text(parent: dict[str, Any], name: str) -> str:
    value = parent.get(name)
    return value[:4096] if isinstance(value, str) else ""
