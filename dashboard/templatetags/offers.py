"""The buttons of an object, of a group and of chosen rows, from what is offered."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dashboard.furniture.offer import Offer
from dashboard.furniture.places import Link, Opens, Place
from dashboard.offers import BUTTONS
from dashboard.templatetags.lucide import icon
from dashboard.words import Words
from hosts.models import InventoryRow

register = template.Library()
_LOOKS = {Place.ROW: "icon-button", Place.HEAD: "btn", Place.MENU: "menu-item"}


@dataclass(frozen=True, slots=True)
class Face:
    """What is the same of a button on all rows: lists draw thousands. `named`: “Stop %(name)s”, where an icon
    stands alone.
    """

    of: Offer | Link
    look: str
    part: str
    attributes: SafeString
    inside: SafeString
    named: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A button for parts/buttons.html: a link, one that opens a dialog, or one that starts the job
    at once.
    """

    face: Face
    url: str
    link: bool
    dialog: bool
    attributes: SafeString


@register.simple_tag
def page_of(row: Any) -> str:
    """The address of the page of a host or an object. Lists may keep it with the row."""
    if url := getattr(getattr(row, "shown", row), "url", ""):
        return str(url)
    is_object = isinstance(row, InventoryRow)
    place = [row.endpoint_id, row.podman_id] if is_object else [row.pk]
    return reverse(f"{row._meta.model_name}s:page", args=place)


@register.simple_tag(takes_context=True)
def buttons_at(context: dict[str, Any], place: str) -> list[Button]:
    """{% buttons_at "row" as buttons %}: those of `row` there that do something now, and that `verbs`
    permit.
    """
    row, verbs = context["row"], context["verbs"]
    if getattr(row, "gone", None):
        return []
    page, name = page_of(row), row.name or row.podman_id[:12]
    return [
        _button(face, _url(face.of, row, page), _opens(face.of, row), name)
        for face in _faces(row._meta.model_name, Place(place), get_language())
        if _stands(face.of, row, verbs)
    ]


@register.simple_tag(takes_context=True)
def group_buttons(context: dict[str, Any]) -> list[Button]:
    """Those of a group of containers, by what its `facts` say it can."""
    row, found = context["row"], []
    for face in _group_faces(get_language()):
        if face.of.name not in row.facts.can:
            continue
        asks = isinstance(face.of, Offer)
        url = reverse(f"containers:group-{face.of.name}" if asks else "merged-logs:page")
        opens = Opens.DIALOG if asks else Opens.PAGE
        found.append(_button(face, f"{url}?{row.query}", opens, row.title))
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


@cache
def _faces(kind: str, place: Place, language: str | None) -> list[Face]:
    return [_face(one, place) for one in _at(kind, place)]


@cache
def _group_faces(language: str | None) -> list[Face]:
    return [
        replace(
            face,
            part=face.of.name,
            attributes=_attributes(face.of, face.named % {"name": _("the group")}),
        )
        for face in _faces("container", Place.ROW, language)
    ]


def _attributes(one: Offer | Link, title: Words = "") -> SafeString:
    found = format_html(' data-key="{}"', one.key) if one.key else SafeString("")
    if isinstance(one, Link) and one.opens is Opens.FILE:
        found += SafeString(" download")
    return found + format_html(' title="{}"', title) if title else found


def _face(one: Offer | Link, place: Place) -> Face:
    look, part = _LOOKS[place], one.name
    if place is Place.HEAD and one.primary:
        look = "btn btn-primary"
    if isinstance(one, Offer):
        part = one.part or one.name
        if place is Place.MENU and one.danger:
            look = f"{look} danger"
    if place is not Place.ROW:
        inside = format_html("{} {}", icon(one.icon, 16), one.menu or one.label)
        return Face(one, look, part, _attributes(one), inside)
    attributes = _attributes(one, one.label)
    return Face(one, look, part, attributes, icon(one.icon, 15), _named(one))


def _named(one: Offer | Link) -> str:
    if isinstance(one, Link) and one.command:
        return str(one.command)
    return _("%(verb)s %(name)s") % {"verb": one.label, "name": "%(name)s"}


def _button(face: Face, url: str, opens: Opens | None, name: str) -> Button:
    attributes = face.attributes
    if face.named:
        said = escape(face.named % {"name": name})
        attributes = mark_safe(f'{attributes} aria-label="{said}"')  # noqa: S308 - escaped
    link = opens is Opens.PAGE or opens is Opens.FILE
    return Button(face, url, link, opens is Opens.DIALOG, attributes)


def _url(one: Offer | Link, row: Any, page: str) -> str:
    if isinstance(one, Link) and one.at:
        return one.at(row)
    return f"{page}{one.name}/"


def _opens(one: Offer | Link, row: Any) -> Opens | None:
    if isinstance(one, Offer) and one.opens is None:
        return Opens.DIALOG if one.asks_about(row) else None
    return one.opens


def _stands(one: Offer | Link, row: Any, verbs: frozenset[str]) -> bool:
    # where the list has worked out from the state of its rows what they can
    can = getattr(getattr(row, "shown", row), "can", None)
    if can is not None and isinstance(one, Offer):
        return one.word in can
    return one.possible(row, verbs)
