"""The banner of open freeze windows above every page.

It is live: it comes and goes with the window, also by time (dashboard.live.stamps).
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

# lines of the banner
MOST = 3


@dataclass(frozen=True, slots=True)
class BannerLine:
    """One line. `groups`: names that the reader may see."""

    pk: int
    open: OpenWindow
    groups: list[str]


def open_for(person: Person) -> list[BannerLine]:
    """Open windows on the person's hosts. One query when no window is open."""
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
        BannerLine(
            one.window.pk,
            one,
            list(groups.filter(freezes=one.window).order_by("name").values_list("name", flat=True)),
        )
        for one in shown[:MOST]
    ]


def lines_for(person: Person) -> list[str]:
    """The banner's lines as HTML."""
    found = open_for(person)
    return rows_html(SPEC, found, person) if found else []


def _mark(line: BannerLine) -> str:
    row = line.open.window
    told = (row.name, row.words, row.severity, row.everywhere, line.open.until, *line.groups)
    # hash() differs between processes
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
        row_template="freezes/banner_line.html",
        topics=frozenset({"freezes", "access"}),
        fingerprint=_mark,
        things=lambda person: list[Any](open_for(person)),
    )
)
