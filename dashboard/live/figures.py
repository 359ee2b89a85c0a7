"""Figures beside rows: what a container uses now. They change all the time, so a row's fingerprint
leaves them out. They are read and sent apart. Only lists sorted or filtered by them run again for
them.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q, QuerySet

from dashboard.live.filterline import Term
from dashboard.live.spec import ListSpec
from hosts.access import Person, objects_with, on_endpoints

# how often figures are looked at while somebody watches
EVERY_S = 10.0


def permitted(spec: ListSpec, person: Person, terms: Iterable[Term]) -> Q:
    """The rows on which a filter by figures, or by objects of another kind, may be answered. Others
    would learn what they may not see.
    """
    terms, condition = tuple(terms), Q()
    if spec.figures and spec.figures.filters(terms):
        condition = objects_with(person, spec.figures.verb)
    asked = {token.verb for term in terms if (token := spec.token(term.name)) and token.verb}
    for verb in sorted(asked):
        condition &= on_endpoints(person, verb)
    return condition


def ranked(
    spec: ListSpec, person: Person, rows: QuerySet[Any], order: str, start: int, length: int
) -> list[Any]:
    """Rows `start` to `start + length` in the order of a figure. Rows without one come last, by
    name.

    The figures' own index is walked: joined and sorted, 50,000 rows would take a hundred times longer.
    """
    figures = spec.figures
    assert figures is not None
    name, down = order.removeprefix("-"), order.startswith("-")
    figure = figures.sorts[name]
    seen = objects_with(person, figures.verb)
    there = rows.filter(seen, **{f"{figure}__isnull": False})
    # the key of the figures is the row's: with it the index alone gives the order
    key = f"{figure.partition('__')[0]}__pk"
    by = (f"-{figure}", f"-{key}") if down else (figure, key)
    found = list(there.order_by(*by)[start : start + length])
    if len(found) == length:
        return found
    before = start + len(found) if found else there.order_by().count()
    others = rows.filter(Q(**{f"{figure}__isnull": True}) | ~seen)
    others = others.order_by(*spec.sorts[spec.default_sort.removeprefix("-")])
    first = max(0, start - before)
    return found + list(others[first : first + length - len(found)])


def nulls_last(name: str) -> Any:
    """A field of an order, for `order_by`: who has no figure comes last, up or down."""
    field = F(name.removeprefix("-"))
    return field.desc(nulls_last=True) if name.startswith("-") else field.asc(nulls_last=True)
