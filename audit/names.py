"""Finds names in the log by their beginning, by steps along an index instead of a scan."""

from typing import Final

from django.db.models import Q

from audit.models import FIRST, Entry

# how many names of one column a word can match
MOST: Final = 40
# up to so many entries, several names are one query
FEW: Final = 1000
_LAST: Final = "\U0010ffff"


def names_starting_with(column: str, start: str, most: int = MOST) -> list[str]:
    """The first `most` names in a column that start so, in the index's case. Only first entries count. Each
    name takes one step along the index.
    """
    found: list[str] = []
    rows = Entry.objects.filter(FIRST, **{f"{column}__lt": start + _LAST}).order_by(column)
    after = Q(**{f"{column}__gte": start})
    while len(found) < most:
        name = rows.filter(after).values_list(column, flat=True).first()
        if name is None or not name.startswith(start):
            break
        found.append(name)
        after = Q(**{f"{column}__gt": name})
    return found


def name_exists(column: str, name: str) -> bool:
    """True when an entry has exactly this name."""
    return Entry.objects.filter(FIRST, **{column: name}).exists()


def index_conditions(column: str, names: list[str]) -> list[Q]:
    """Conditions of which one must hold. Each gives the newest first from an index, or few rows."""
    if not names:
        return []
    some = Q(**{f"{column}__in": names})
    if len(names) == 1 or Entry.objects.filter(FIRST, some).order_by()[:FEW].count() < FEW:
        return [some]
    return [Q(**{column: name}) for name in names]


def count_up_to(conditions: list[Q]) -> int:
    """How many first entries match one of the conditions, at most FEW."""
    found = 0
    for condition in conditions:
        found += Entry.objects.filter(FIRST, condition).order_by()[: FEW - found].count()
        if found >= FEW:
            break
    return found
