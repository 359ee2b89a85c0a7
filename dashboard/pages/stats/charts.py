"""Context of the charts: ranges, and why an endpoint has no statistics."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.streams.stats_subject import StatsSubject
from dashboard.words import Words
from hosts.models import Endpoint, StatsStanding
from hosts.stats.history import RANGES

RANGE_WORDS: tuple[tuple[str, Words], ...] = (
    ("live", gettext_lazy("Live")),
    ("1h", gettext_lazy("1 hour")),
    ("24h", gettext_lazy("24 hours")),
    ("7d", gettext_lazy("7 days")),
    ("30d", gettext_lazy("30 days")),
)
assert {name for name, _word in RANGE_WORDS} == {"live", *RANGES}


@dataclass(frozen=True, slots=True)
class StatsTrouble:
    """Why an endpoint has no statistics, the cure, and Podman's own words."""

    title: str
    why: str
    cure: str
    words: str


def troubles(endpoints: Iterable[Endpoint]) -> list[StatsTrouble]:
    """One for each endpoint without statistics."""
    named = {endpoint.pk: endpoint for endpoint in endpoints}
    kept = StatsStanding.objects.filter(pk__in=named).exclude(reason_kind="")
    rows = kept.values_list("pk", "reason_kind", "reason")
    return [_trouble(str(named[pk]), kind, reason) for pk, kind, reason in rows]


def _trouble(name: str, kind: str, reason: str) -> StatsTrouble:
    title = _("%(endpoint)s gives no statistics") % {"endpoint": name}
    if kind == "cgroups-v1":
        return StatsTrouble(
            title,
            _(
                "Rootless Podman can read statistics only from cgroups v2, and this host runs "
                "cgroups v1."
            ),
            _(
                "Boot the host with cgroups v2 (kernel parameter "
                "systemd.unified_cgroup_hierarchy=1). Rootful containers have statistics either "
                "way."
            ),
            reason,
        )
    if kind == "too-old":
        return StatsTrouble(
            title,
            _("This Podman cannot report statistics of all containers at once."),
            _("Update Podman on the host to 4.0 or later."),
            reason,
        )
    return StatsTrouble(
        title,
        _("Podman could not read the statistics of its containers."),
        _("Haulout tries again automatically. Podman's log on the host has details."),
        reason,
    )


def context(found: list[StatsSubject], *, chosen: str, compared: bool) -> dict[str, Any]:
    """`stats` of stats/charts.html."""
    endpoints = {endpoint.pk: endpoint for one in found for endpoint in one.endpoints}
    found_troubles = troubles(endpoints.values())
    return {
        "subjects": found,
        "ranges": RANGE_WORDS,
        "range": chosen if chosen in dict(RANGE_WORDS) else "1h",
        "compared": compared,
        "troubles": found_troubles,
        "refused": bool(endpoints) and len(found_troubles) == len(endpoints),
        "of_host": any(one.is_host for one in found),
        "charts": COMPARED if compared else ALONE,
    }


# (name, heading) of the charts of one subject, and of several
ALONE: tuple[tuple[str, Words], ...] = (
    ("cpu", gettext_lazy("CPU")),
    ("memory", gettext_lazy("Memory")),
    ("network", gettext_lazy("Network")),
    ("io", gettext_lazy("Block IO")),
    ("pids", gettext_lazy("Processes")),
)
COMPARED: tuple[tuple[str, Words], ...] = (
    ("cpu", gettext_lazy("CPU")),
    ("memory", gettext_lazy("Memory")),
    ("received", gettext_lazy("Network, received")),
    ("sent", gettext_lazy("Network, sent")),
    ("read", gettext_lazy("Block IO, read")),
    ("written", gettext_lazy("Block IO, written")),
    ("pids", gettext_lazy("Processes")),
)
