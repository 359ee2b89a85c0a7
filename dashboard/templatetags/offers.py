"""What a page of an object offers, as buttons and in its menu."""

from collections.abc import Collection
from typing import Any

from django import template

from dashboard import offers
from dashboard.furniture.offer import Offer

register = template.Library()


@register.filter
def offered(can: Collection[str], kind: str) -> list[Offer]:
    """{% for offer in can|offered:"container" %}: those of that kind among what it `can` now, by the last
    words of verbs, that have no button of their own.
    """
    return [offer for offer in _of(kind) if offer.word in can]


@register.simple_tag
def offers_of(row: Any, kind: str, verbs: frozenset[str]) -> list[Offer]:
    """{% offers_of row "volume" verbs as offers %}: those that fit the row, and that these rights permit."""
    return [offer for offer in _of(kind) if offer.possible(row, verbs)]


def _of(kind: str) -> list[Offer]:
    return [one for one in offers.OFFERS if one.kind == kind and one.dialog and one.in_menu]
