"""What a list is: its rows, columns, filter tokens, sorts and bulk verbs. Declared once per page room."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from dashboard.live.filterline import Term
from dashboard.live.grouping import Grouping
from dashboard.words import Words
from hosts.access import Person, allows

PAGE_ROWS = 50
# row id to figures, in the order that the page's script knows
Figures = dict[Any, list[int]]


class BadValue(ValueError):
    """A token's value that means nothing; the text says what would."""


@dataclass(frozen=True, slots=True)
class Token:
    """A filter `name:value`. `to_q` raises BadValue; `values` are suggested while typing.

    Without a label it is for links of ours and not offered. `verb`: the filter tells of other
    objects, so it finds rows only where one may do that with all there is.
    """

    name: str
    label: Words
    to_q: Callable[[str], Q]
    values: Callable[[Person, str], Iterable[str]] = lambda person, typed: ()
    verb: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `sort` names one of the list's sorts; `rank` 1 stays longest when space gets short."""

    name: str
    label: Words
    sort: str = ""
    rank: int = 1
    figure: bool = False


@dataclass(frozen=True, slots=True)
class BulkVerb:
    """A verb offered for the chosen rows. `name` is the last part of `container.stop`, and of its URL."""

    name: str
    label: Words
    icon: str
    url: str
    key: str = ""
    danger: bool = False
    # ask in a dialog first: the URL answers GET with one
    asks: bool = False
    # a page about the chosen rows: `url` is opened with them
    opens: bool = False


@dataclass(frozen=True, slots=True)
class HiddenRows:
    """Rows that a list hides unless asked: `rows`, with a chip of this label. `others`: all but
    those. `line` shows them; a term of one of the names in `lifts` asks for them too.
    """

    rows: Q
    others: Q
    label: Words
    line: str
    lifts: frozenset[str]


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """`verb`: who may see them; `sorts`: names of sorts by them, each with its field; `tokens`: filters
    by them. `read(person, row ids)`: those that this person may see. `silent(person)`: words about
    hosts that give none.
    """

    verb: str
    sorts: dict[str, str]
    tokens: frozenset[str]
    read: Callable[[Person, list[int]], Figures]
    silent: Callable[[Person], list[str]]

    def asked(self, sort: str, terms: Iterable[Term]) -> bool:
        """True where the rows or their order depend on figures."""
        return sort.removeprefix("-") in self.sorts or self.filters(terms)

    def filters(self, terms: Iterable[Term]) -> bool:
        """True where a term asks for them."""
        return any(term.name in self.tokens for term in terms)


def _nothing(rows: list[Any], person: Person) -> None:
    return None


def _by_rights(person: Person) -> bool:
    return False


def _no_facts(
    grouping: Grouping, rows: QuerySet[Any], keys: list[tuple[Any, ...]], person: Person
) -> dict[Any, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class ListSpec:
    """One list. `base(person)` is what that person may see, ready for filter and order.

    `sorts`: name to the fields of an index, ascending; the last makes the order total. Without a
    `verb` the list is for everyone who is signed in. `base` decides what each sees. `topics`: bells
    after which the list may differ. `fingerprint(row)`: equal means looks equal. `prepare(rows,
    person)`: adds what the row template needs, in a fixed number of queries.
    """

    name: str
    verb: str
    noun: tuple[Words, Words]
    base: Callable[[Person], QuerySet[Any]]
    tokens: tuple[Token, ...]
    text: Callable[[str], Q]
    columns: tuple[Column, ...]
    sorts: dict[str, tuple[str, ...]]
    default_sort: str
    row_template: str
    topics: frozenset[str]
    fingerprint: Callable[[Any], str]
    # how many rows `base` has of those that a condition lets through, where there is a faster way
    count: Callable[[Person, Q], int] | None = None
    bulk: tuple[BulkVerb, ...] = ()
    prepare: Callable[[list[Any], Person], None] = _nothing
    empty: dict[str, Words] = field(default_factory=dict)
    # True where this person sees rows for another reason than their rights (their own jobs): what is
    # shown to them is then not shared with others who hold the same
    personal: Callable[[Person], bool] = _by_rights
    # all that the row template reads beside what the fingerprint stands for: with it, rows that look
    # equal are drawn once for all who hold the same (dashboard.live.row_cache); without, each time
    drawn_from: Callable[[Any], str] | None = None
    # ways to group the rows (Grouping), the template of the row above a group, and what it shows:
    # group_facts(grouping, rows, keys, person) gives each key its facts
    groupings: tuple[Grouping, ...] = ()
    group_template: str = ""
    group_facts: Callable[..., dict[Any, Any]] = _no_facts
    # sorts that go through groups in the order of their titles: too many rows to join and sort
    walks: dict[str, Grouping] = field(default_factory=dict)
    # figures beside the rows, and rows that are left out at first
    figures: FigureSpec | None = None
    aside: HiddenRows | None = None
    # sorts by what not every row has: such rows come last, up or down
    nullable: frozenset[str] = frozenset()
    # names of columns that may be chosen; while none is, the page's width decides
    choosable: tuple[str, ...] = ()
    # what it shows changes without any bell: run again with the figures
    restless: bool = False
    # instead of base, tokens and pages: finished things with a `pk`, in their order
    things: Callable[[Person], list[Any]] | None = None

    def open_to(self, person: Person) -> bool:
        """True when they may look at the list at all."""
        return not self.verb or allows(person, self.verb)

    def grouping(self, name: str) -> "Grouping | None":
        """The grouping of this name, if the list has it."""
        return next((grouping for grouping in self.groupings if grouping.name == name), None)

    @property
    def offered(self) -> tuple[Token, ...]:
        """The tokens that a person is told of."""
        return tuple(token for token in self.tokens if token.label)

    def token(self, name: str) -> Token | None:
        """The token of this name, if the list has it."""
        return next((token for token in self.tokens if token.name == name), None)


_specs: dict[str, ListSpec] = {}


def register(spec: ListSpec) -> ListSpec:
    """Make a list known to the hub. Twice the same name: ValueError."""
    if spec.name in _specs:
        raise ValueError(f"the list {spec.name} is registered twice")
    if spec.default_sort.removeprefix("-") not in spec.sorts:
        raise ValueError(f"{spec.name}: no sort is called {spec.default_sort}")
    _specs[spec.name] = spec
    return spec


def spec_named(name: str) -> ListSpec | None:
    """The list of this name."""
    return _specs.get(name)


def registered(name: str) -> ListSpec:
    """The list of another room, which the routes have imported. KeyError."""
    return _specs[name]


def all_specs() -> tuple[ListSpec, ...]:
    """Every registered list."""
    return tuple(_specs.values())
