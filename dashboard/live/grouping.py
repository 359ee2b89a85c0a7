"""Rows in groups: all groups, those on a page, and their heads.

Groups are counted first, by the index that begins with their key. A page then reads only the rows
of its groups. Rows without a group come last.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Aggregate, Count, Q, QuerySet

from dashboard.words import Words
from hosts.access import Person

Key = tuple[Any, ...]
Rows = QuerySet[Any]


def _no_names(keys: list[Key], person: Person) -> dict[Key, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Grouping:
    """A way to group a list. `fields` name a group and begin an index; `member`: who is in one.

    `titles(keys, person)` or `titled` (an aggregate over the rows) names a group whose key does
    not. `without`: title of the rows without a group. `order`: of the rows in a group under the
    default sort.
    """

    name: str
    label: Words
    fields: tuple[str, ...]
    member: Q = field(default_factory=Q)
    without: Words = ""
    titles: Callable[[list[Key], Person], dict[Key, str]] = _no_names
    titled: Aggregate | None = None
    order: tuple[str, ...] = ()

    def title(self, key: Key, names: dict[Key, str]) -> str:
        """What a group is called."""
        return (names.get(key) or str(key[-1])) if key else str(self.without)

    def of(self, key: Key) -> Q:
        """Rows of one group."""
        if not key:
            return ~self.member
        return self.member & Q(**dict(zip(self.fields, key, strict=True)))

    def key_of(self, text: str) -> Key | None:
        """The key that `text_of` wrote; None when it is none. "" is that of the rows without."""
        if not text:
            return ()
        parts: list[Any] = list(text[:600].replace("\x00", "").split(":", len(self.fields) - 1))
        if len(parts) != len(self.fields):
            return None
        for at, name in enumerate(self.fields):
            if name.endswith("_id"):
                number = parts[at]
                if not (number.isascii() and number.isdigit() and len(number) < 12):
                    return None
                parts[at] = int(number)
        return tuple(parts)


def text_of(key: Key) -> str:
    """A key as it stands in an address."""
    return ":".join(str(part) for part in key)


@dataclass(slots=True)
class GroupHead:
    """The row above a group. `facts` is what the list's `group_facts` knows of it."""

    grouping: Grouping
    key: Key
    title: str
    count: int
    # the view it stands in: filter line and the page's own line
    line: str
    locked: str
    # the group began on an earlier page
    continued: bool
    facts: Any = None

    @property
    def pk(self) -> str:
        """Tells it from rows, whose keys are numbers."""
        text = f"{self.grouping.name}:{text_of(self.key)}"
        return "g" + hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def text(self) -> str:
        """The key for addresses."""
        return text_of(self.key)

    @property
    def query(self) -> str:
        """The group in an address: what `rows_in` reads."""
        parts = {
            "q": self.line,
            "locked": self.locked,
            "group": self.grouping.name,
            "key": self.text,
        }
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def mark(self) -> str:
        """Equal marks look equal."""
        said = f"{self.title}|{self.count}|{self.continued}|{self.facts!r}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Piece:
    """A group on a page: `rows` of it from `start` on, of `count` in all."""

    key: Key
    start: int
    rows: int
    count: int


def counted_groups(
    grouping: Grouping, rows: Rows, person: Person, *, descending: bool = False
) -> tuple[list[tuple[Key, int]], dict[Key, str]]:
    """(groups with their counts in the order of their titles, titles). Those without come last."""
    members = rows.filter(grouping.member).order_by()
    found = members.values_list(*grouping.fields).annotate(n=Count("pk"))
    if grouping.titled:
        found = found.annotate(title=grouping.titled)
    width = len(grouping.fields)
    counts: dict[Key, int] = {tuple(row[:width]): row[width] for row in found}
    if grouping.titled:
        names = {tuple(row[:width]): row[-1] for row in found if row[-1]}
    else:
        names = grouping.titles(list(counts), person)
    # what has no name comes after what has one
    order = sorted(
        counts,
        key=lambda key: (
            bool(grouping.titled) and key not in names,
            grouping.title(key, names).casefold(),
            key,
        ),
        reverse=descending,
    )
    groups = [(key, counts[key]) for key in order]
    if grouping.member:
        others = rows.filter(~grouping.member).order_by().count()
        groups += [((), others)] if others else []
    return groups, names


def pieces(groups: list[tuple[Key, int]], start: int, length: int) -> Iterator[Piece]:
    """The groups that rows `start` to `start + length` are in."""
    at = 0
    for key, count in groups:
        first, last = max(start - at, 0), min(start + length - at, count)
        if first < last:
            yield Piece(key, first, last - first, count)
        at += count
        if at >= start + length:
            return


def rows_of(grouping: Grouping, rows: Rows, found: list[Piece]) -> dict[Key, list[Any]]:
    """The rows of these pieces, each in the order of `rows`: whole groups with one question."""
    whole = [piece for piece in found if piece.key and piece.rows == piece.count]
    given: dict[Key, list[Any]] = {}
    if whole:
        condition = Q()
        for piece in whole:
            condition |= grouping.of(piece.key)
        for row in rows.filter(condition):
            key = tuple(getattr(row, name) for name in grouping.fields)
            given.setdefault(key, []).append(row)
    for piece in found:
        if piece not in whole:
            some = rows.filter(grouping.of(piece.key))
            given[piece.key] = list(some[piece.start : piece.start + piece.rows])
    return given
