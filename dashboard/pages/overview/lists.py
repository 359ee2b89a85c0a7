"""The live parts of the overview: attention, fleet tiles, running jobs, last entries."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit import queries
from audit.queries import Filters, Line
from dashboard.live.spec import ListSpec, register
from dashboard.pages.audit.words import said
from dashboard.pages.hosts.standing import Standing
from dashboard.pages.jobs.failures import sees_own
from dashboard.pages.jobs.lists import SPEC as JOBS
from dashboard.pages.jobs.shown import prepare as prepare_jobs
from dashboard.pages.overview.attention import items
from dashboard.pages.overview.fleet import fleet
from hosts.access import Person, visible_entries, visible_hosts, visible_jobs
from hosts.access.approvals import approves
from hosts.access.requests import decides
from hosts.models import Host, Job

LAST_ENTRIES = 12
MOST_JOBS = 8
# more tiles than this are drawn as cells
DENSE_FROM = 60


@dataclass(frozen=True, slots=True)
class Tile:
    """A host of the fleet, under one of its groups."""

    host: Host
    standing: Standing
    group: str
    dense: bool

    @property
    def pk(self) -> int:
        """The host's."""
        return self.host.pk

    @property
    def mark(self) -> str:
        """Differs when the tile looks different."""
        return f"{self.standing.mark()}.{self.group}.{self.host.name}.{self.dense}"


def _tiles(person: Person) -> list[Any]:
    seen = fleet(person)
    hosts, found = seen.hosts, seen.standings
    dense = len(hosts) > DENSE_FROM
    tiles = [Tile(h, found[h.pk], (found[h.pk].groups or [""])[0], dense) for h in hosts]
    # by group; those in none come last
    return sorted(tiles, key=lambda tile: (not tile.group, tile.group, tile.host.name))


def _attention(person: Person) -> list[Any]:
    seen = fleet(person)
    return list(items(person, seen.hosts, seen.standings))


def _jobs(person: Person) -> list[Any]:
    rows = list(
        visible_jobs(person)
        .select_related("endpoint")
        .filter(state__in=Job.OPEN)
        .order_by("-id")[:MOST_JOBS]
    )
    prepare_jobs(rows, person)
    return rows


@dataclass(frozen=True, slots=True)
class Last:
    """One of the last lines of the log."""

    line: Line

    @property
    def pk(self) -> int:
        """The first entry's number."""
        return self.line.entry.number

    @property
    def mark(self) -> str:
        """Differs once the outcome is there."""
        return f"{self.line.last.number}"


def _entries(person: Person) -> list[Any]:
    lines = queries.search(Filters(), visible=visible_entries(person), limit=LAST_ENTRIES).lines
    for line in lines:
        line.entry.said = said(line)  # type: ignore[attr-defined]
    return [Last(line) for line in lines]


def _panel(
    name: str,
    verb: str,
    topics: set[str],
    things: Any,
    personal: Callable[[Person], bool] = lambda person: False,
) -> ListSpec:
    return register(
        ListSpec(
            name=f"overview-{name}",
            verb=verb,
            noun=(_("row"), _("rows")),
            base=visible_hosts,
            tokens=(),
            text=lambda value: Q(),
            columns=(),
            sorts={"given": ("pk",)},
            default_sort="given",
            row_template=f"overview/{name}.html",
            topics=frozenset(topics),
            personal=personal,
            fingerprint=lambda thing: thing.mark,
            things=things,
        )
    )


# nobody decides on their own request, so those who decide are shown different ones; one's own failed
# jobs are shown to whoever sees no others
ATTENTION = _panel(
    "attention",
    "host.view",
    {"hosts", "containers", "access", "failures"},
    _attention,
    personal=lambda person: decides(person) or approves(person) or sees_own(person),
)
FLEET = _panel("fleet", "host.view", {"hosts", "containers"}, _tiles)
ENTRIES = _panel("entries", "audit.read", {"audit"}, _entries)
RUNNING = register(
    replace(JOBS, name="overview-jobs", row_template="overview/job.html", things=_jobs)
)
