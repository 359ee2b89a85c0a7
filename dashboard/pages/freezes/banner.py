"""The windows that are open now, for the banner above every page: those at hosts that one sees. Live:
the banner comes and goes with the window, also by time (dashboard.live.stamps).
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dashboard.live.render import rows_html
from dashboard.live.spec import ListSpec, register
from hosts.access import Person, visible_groups, visible_hosts
from hosts.guardrails.freezes import OpenWindow, open_windows
from hosts.models import FreezeWindow

# lines of the banner; the page of freeze windows has all
MOST = 3


@dataclass(frozen=True, slots=True)
class Banner:
    """A line of it. `groups`: those that the reader sees."""

    pk: int
    open: OpenWindow
    groups: list[str]


def open_for(person: Person) -> list[Banner]:
    """Open windows that count on a host this person sees; one query where there is none."""
    windows = FreezeWindow.objects.filter(enabled=True)
    found = open_windows(windows)
    if not found:
        return []
    seen = visible_hosts(person)
    there = set(windows.filter(groups__hosts__in=seen).values_list("pk", flat=True))
    anywhere = seen.exists()
    shown = [one for one in found if one.window.pk in there or (one.window.everywhere and anywhere)]
    groups = visible_groups(person)
    return [
        Banner(
            one.window.pk,
            one,
            list(groups.filter(freezes=one.window).order_by("name").values_list("name", flat=True)),
        )
        for one in shown[:MOST]
    ]


def lines_for(person: Person) -> list[str]:
    """The banner's lines as HTML, as they are told live."""
    found = open_for(person)
    return rows_html(SPEC, found, person) if found else []


def _mark(line: Banner) -> str:
    row = line.open.window
    told = (row.name, row.words, row.severity, row.everywhere, line.open.until, *line.groups)
    # the same in every process
    return blake2b(repr(told).encode(), digest_size=8).hexdigest()


SPEC = register(
    ListSpec(
        name="freezes",
        verb="",
        noun=(_("freeze window"), _("freeze windows")),
        base=lambda person: FreezeWindow.objects.none(),
        tokens=(),
        text=lambda value: Q(),
        columns=(),
        sorts={"name": ("pk",)},
        default_sort="name",
        row_template="freezes/line.html",
        topics=frozenset({"freezes", "access"}),
        fingerprint=_mark,
        things=lambda person: list[Any](open_for(person)),
    )
)
