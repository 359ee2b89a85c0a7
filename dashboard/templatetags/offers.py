"""The buttons of an object, of a group and of chosen rows, from what is offered."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.furniture.offer import Offer
from dashboard.furniture.places import Link, Opens, Place
from dashboard.live.spec import Words
from dashboard.offers import BUTTONS

register = template.Library()
_LOOKS = {Place.ROW: "icon-button", Place.HEAD: "btn", Place.MENU: "menu-item"}


@dataclass(frozen=True, slots=True)
class Button:
    """As parts/buttons.html draws it. `opens`: a page, a dialog or a file; None: a click asks for the job.
    `name`: of what it concerns, where an icon stands alone.
    """

    words: Words
    icon: str
    look: str
    part: str
    key: str
    url: str
    opens: Opens | None
    name: str = ""

    @property
    def size(self) -> int:
        """Of its icon, in pixels."""
        return 15 if self.name else 16


@register.simple_tag
def page_of(row: Any) -> str:
    """The address of an object's page; lists may have kept it with the row."""
    url: str = getattr(getattr(row, "shown", row), "url", "")
    kind = row._meta.model_name
    return url or reverse(f"{kind}s:page", args=[row.endpoint_id, row.podman_id])


@register.simple_tag(takes_context=True)
def buttons_at(context: dict[str, Any], place: str) -> list[Button]:
    """{% buttons_at "row" as buttons %}: those of `row` there that do something now, and that `verbs`
    permit.
    """
    row, verbs = context["row"], context["verbs"]
    if row.gone:
        return []
    kind, where = row._meta.model_name, Place(place)
    url = page_of(row)
    return [_button(one, where, row, url) for one in _at(kind, where) if _stands(one, row, verbs)]


@register.simple_tag(takes_context=True)
def group_buttons(context: dict[str, Any]) -> list[Button]:
    """Those of a group of containers, by what its `facts` say it can."""
    row, found = context["row"], []
    for one in _at("container", Place.ROW):
        if one.name not in row.facts.can:
            continue
        if isinstance(one, Offer):
            url, opens = reverse(f"containers:group-{one.name}"), Opens.DIALOG
        else:
            url, opens = reverse("merged-logs:page"), Opens.PAGE
        words = _named(one, _("the group"))
        url = f"{url}?{row.query}"
        found.append(
            Button(
                words,
                one.icon,
                _LOOKS[Place.ROW],
                one.name,
                one.key,
                url,
                opens,
                _named(one, row.title),
            )
        )
    return found


@register.simple_tag(takes_context=True)
def bulk_words(context: dict[str, Any]) -> str:
    """What the bar for chosen rows may do with `row` now: names, with spaces between them."""
    row, verbs = context["row"], context["verbs"]
    return " ".join(
        one.name for one in _at(row._meta.model_name, Place.BULK) if _stands(one, row, verbs)
    )


@cache
def _at(kind: str, place: Place) -> tuple[Offer | Link, ...]:
    return tuple(one for one in BUTTONS[kind] if place in one.on)


def _stands(one: Offer | Link, row: Any, verbs: frozenset[str]) -> bool:
    # where the list has worked out from the state of its rows what they can
    can = getattr(getattr(row, "shown", row), "can", None)
    if can is not None and isinstance(one, Offer):
        return one.word in can
    return one.possible(row, verbs)


def _named(one: Offer | Link, name: str) -> str:
    """“Stop shop-web”."""
    if isinstance(one, Link) and one.command:
        return str(one.command) % {"name": name}
    return _("%(verb)s %(name)s") % {"verb": one.label, "name": name}


def _button(one: Offer | Link, place: Place, row: Any, page: str) -> Button:
    look = _LOOKS[place]
    if place is Place.HEAD and one.primary:
        look = "btn btn-primary"
    opens: Opens | None = one.opens
    if isinstance(one, Link):
        part, url = one.name, one.at(row) if one.at else f"{page}{one.name}/"
    else:
        part, url = one.part or one.name, f"{page}{one.name}/"
        if opens is None and one.asks_about(row):
            opens = Opens.DIALOG
        if place is Place.MENU and one.danger:
            look = f"{look} danger"
    if place is Place.ROW:
        name = row.name or row.podman_id[:12]
        return Button(one.label, one.icon, look, part, one.key, url, opens, _named(one, name))
    return Button(one.menu or one.label, one.icon, look, part, one.key, url, opens)
