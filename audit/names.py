"""Names that stand in the log and begin with something: walked along an index, never through the log."""

from typing import Final

from django.db.models import Q

from audit.models import FIRST, Entry

# names of one column that a word may mean; more are not looked for
MOST: Final = 40
# entries up to which a handful of names is one question
FEW: Final = 1000
_LAST: Final = "\U0010ffff"


def beginning(column: str, start: str, most: int = MOST) -> list[str]:
    """The first `most` names in a column of first entries that begin so, each with one step along its
    index. Case counts, as in the index.
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


def there(column: str, name: str) -> bool:
    """True when an entry has exactly this name there."""
    return Entry.objects.filter(FIRST, **{column: name}).exists()


def branches(column: str, names: list[str]) -> list[Q]:
    """Conditions of which one must hold; each comes newest first out of an index, or is short."""
    if not names:
        return []
    some = Q(**{f"{column}__in": names})
    if len(names) == 1 or Entry.objects.filter(FIRST, some).order_by()[:FEW].count() < FEW:
        return [some]
    return [Q(**{column: name}) for name in names]


def how_many(conditions: list[Q]) -> int:
    """Up to FEW first entries of which one of these holds."""
    found = 0
    for condition in conditions:
        found += Entry.objects.filter(FIRST, condition).order_by()[: FEW - found].count()
        if found >= FEW:
            break
    return found
