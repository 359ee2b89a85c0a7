"""Where buttons stand, and the links among them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import BulkVerb
from dashboard.words import Words


class Place(StrEnum):
    """Where buttons are: a row, the head or the menu of an object's page, the bulk bar, above a
    list.
    """

    ROW = "row"
    HEAD = "head"
    MENU = "menu"
    BULK = "bulk"
    LIST = "list"


class Opens(StrEnum):
    """What a click on a button opens: a page, a dialog, a file, or nothing."""

    PAGE = "page"
    DIALOG = "dialog"
    FILE = "file"
    NOTHING = ""


def places(*names: Place) -> frozenset[Place]:
    """The value of `on`."""
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class Link:
    """What stands among the offers and asks for nothing by itself: *Logs*, *Terminal*, *Load*. `verb`: the
    right that it takes. `name`: the last word of its address below the object's, where `at` gives no other.
    `page_name`: its route, above a list; `bulk`: its address for the chosen rows.

    The rest is as an offer has it.
    """

    name: str
    verb: str
    label: Words
    icon: str
    on: frozenset[Place] = frozenset()
    opens: Opens = Opens.PAGE
    at: Callable[[Any], str] | None = None
    bulk: str = ""
    page_name: str = ""
    fits: Callable[[Any], bool] | None = None
    primary: bool = False
    key: str = ""
    menu: Words = ""
    command: Words = ""
    also: Words = ""

    def possible(self, row: Any, verbs: frozenset[str]) -> bool:
        """Whether it leads somewhere for this row, and these rights permit it."""
        return self.verb in verbs and (self.fits is None or self.fits(row))

    def in_bulk(self) -> BulkVerb:
        """Its button for the chosen rows."""
        opens = self.opens is Opens.PAGE
        return BulkVerb(
            self.name, self.label, self.icon, self.bulk, self.key, asks=not opens, opens=opens
        )


def _lock_of(row: Any) -> str:
    kind = getattr(row, "lock_kind", "")
    if not kind:
        return reverse("locks:host", args=[row.pk])
    return reverse("locks:object", args=[kind, row.endpoint_id, row.podman_id])


LOCK = Link(
    "lock",
    "lock.set",
    _("Lock…"),
    "lock",
    places(Place.MENU),
    Opens.DIALOG,
    _lock_of,
    fits=lambda row: not getattr(row, "lock", None),
)
# where there is no menu
LOCK_IN_HEAD = replace(LOCK, on=places(Place.HEAD))
