"""The live panels of the overview."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.failures import sees_own
from dashboard.live.spec import ListSpec, register
from dashboard.pages.overview.attention import items
from dashboard.pages.overview.feed import feed
from dashboard.pages.overview.fleet import fleet
from dashboard.pages.overview.tiles import tiles
from dashboard.pages.overview.totals import most_cpu, most_memory, totals
from dashboard.streams.stats_subject import VERB
from hosts.access import Person, visible_hosts
from hosts.access.approvals import may_approve_somewhere
from hosts.access.requests import decides


def _tiles(person: Person) -> list[Any]:
    return tiles(fleet(person))


def _totals(person: Person) -> list[Any]:
    return [totals(fleet(person))]


def _attention(person: Person) -> list[Any]:
    seen = fleet(person)
    return list(items(person, seen.hosts, seen.statuses))


def _panel(
    name: str,
    verb: str,
    topics: set[str],
    things: Any,
    personal: Callable[[Person], bool] = lambda person: False,
    *,
    template: str = "",
    restless: bool = False,
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
            row_template=f"overview/{template or name}.html",
            topics=frozenset(topics),
            personal=personal,
            fingerprint=lambda thing: thing.mark,
            things=things,
            restless=restless,
        )
    )


# personal: nobody decides on their own request, and some see only their own failed jobs
ATTENTION = _panel(
    "attention",
    "host.view",
    {"hosts", "containers", "access", "failures"},
    _attention,
    personal=lambda person: decides(person) or may_approve_somewhere(person) or sees_own(person),
)
FLEET = _panel("fleet", "host.view", {"hosts", "containers"}, _tiles)
TOTALS = _panel("totals", "host.view", {"hosts", "containers"}, _totals)
TOP_CPU = _panel("cpu", VERB, {"hosts"}, most_cpu, template="top", restless=True)
TOP_MEMORY = _panel("memory", VERB, {"hosts"}, most_memory, template="top", restless=True)
ENTRIES = _panel("entries", "audit.read", {"audit"}, feed)
