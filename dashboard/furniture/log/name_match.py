"""Words of the filter line as names in the log: whole ones, and parts.

The log is never scanned. A word finds names in the log that begin with it, by an index. It also
finds current names of hosts, people and objects that contain it, and the verbs that it names.
"""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from audit.names import MOST, index_conditions, name_exists, names_starting_with
from audit.queries import object_condition
from dashboard.furniture.log.words import verbs_of
from hosts.models import INVENTORY, Host

# tokens that look in one column
COLUMNS: Final = {"object": "target_name", "host": "host_name", "person": "who_name"}


@dataclass(frozen=True, slots=True)
class NameMatch:
    """Conditions on Entry of which one must hold, and what is left out of them."""

    conditions: tuple[Q, ...]
    notes: tuple[str, ...] = ()


def word_of(value: str) -> NameMatch:
    """A free word: what was done, or part of an object's, a host's or a person's name."""
    if (by_id := object_condition(value)) != Q(target_name=value):
        return NameMatch((by_id,))
    found = [_parts(column, value) for column in COLUMNS.values()]
    return NameMatch(
        (
            *index_conditions("verb", verbs_of(value)),
            *(one for named in found for one in named.conditions),
        ),
        tuple(dict.fromkeys(note for named in found for note in named.notes)),
    )


def name_of(name: str, values: list[str]) -> NameMatch:
    """The names that a token gives: exact where something has that name, else as part of names."""
    column = COLUMNS[name]
    conditions: list[Q] = []
    notes: list[str] = []
    for value in values:
        if name == "object" and (by_id := object_condition(value)) != Q(target_name=value):
            conditions.append(by_id)
        elif name_exists(column, value):
            conditions.append(Q(**{column: value}))
        else:
            named = _parts(column, value)
            conditions += named.conditions
            notes += named.notes
    return NameMatch(tuple(conditions), tuple(notes))


def _parts(column: str, value: str) -> NameMatch:
    names: dict[str, None] = {}
    for start in dict.fromkeys((value, value.lower(), value.capitalize())):
        names |= dict.fromkeys(names_starting_with(column, start, MOST + 1))
    names |= dict.fromkeys(_now(column, value))
    notes: tuple[str, ...] = ()
    if len(names) > MOST:
        words = _(
            "More than %(n)d names match “%(value)s”: %(n)d of them are shown. Type more of the "
            "name."
        )
        notes = (words % {"n": MOST, "value": value},)
    return NameMatch(tuple(index_conditions(column, list(names)[:MOST])), notes)


def _now(column: str, part: str) -> list[str]:
    """Names that Haulout has, with `part` anywhere in them. Who sees no entry of them learns nothing."""
    if column == "who_name":
        return list(User.objects.filter(name__icontains=part).values_list("name", flat=True)[:MOST])
    hosts = Host.objects.filter(name__icontains=part).values_list("name", flat=True)
    found = list(hosts[:MOST])
    if column == "target_name":
        for model in INVENTORY.values():
            rows = model.objects.filter(name__icontains=part).order_by()
            found += rows.values_list("name", flat=True).distinct()[:MOST]
    return found
