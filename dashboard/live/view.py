"""A view is a list with a filter line, a sort and a page: what the URL says. Runs it as SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from dashboard.live import filterline, lock_marks
from dashboard.live.figures import nulls_last, permitted, ranked
from dashboard.live.filterline import Term
from dashboard.live.grouping import GroupHead, Grouping, counted_groups, pieces, rows_of
from dashboard.live.spec import PAGE_ROWS, BadValue, HiddenRows, ListSpec
from hosts.access import Person

MAX_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class View:
    """`line` as typed; `locked`: a line that the page adds and the person cannot take off.

    `group` names one of the list's groupings, or is empty.
    """

    spec: ListSpec
    line: str = ""
    sort: str = ""
    page: int = 1
    locked: str = ""
    group: str = ""
    # names of the columns that were chosen; none: by the page's width
    columns: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """Terms of the typed line."""
        return filterline.parse(self.line)

    @property
    def all_terms(self) -> tuple[Term, ...]:
        """Also those of the page's own line."""
        return self.terms + filterline.parse(self.locked)

    @property
    def by_figures(self) -> bool:
        """True where what it shows depends on figures, which ring no bell."""
        figures = self.spec.figures
        asked = figures is not None and figures.asked(self.order, self.all_terms)
        return asked or self.spec.restless

    @property
    def order(self) -> str:
        """The sort in force, with its minus."""
        return self.sort or self.spec.default_sort

    @property
    def key(self) -> tuple[str, str, str, str, str, int]:
        """Equal for all views that show the same."""
        line, locked = filterline.normal(self.line), filterline.normal(self.locked)
        return (self.spec.name, line, locked, self.order, self.group, self.page)

    def url(self, *, line: str | None = None, sort: str | None = None, page: int = 1) -> str:
        """The query string of this view with something changed ("?q=" for the plain list)."""
        parts = {
            "q": self.line if line is None else line,
            "sort": self.sort if sort is None else sort,
            "group": self.group,
            "cols": ",".join(self.columns),
            "page": str(page) if page > 1 else "",
        }
        # never empty: a list without a view may open with another one
        return "?" + (urlencode({name: value for name, value in parts.items() if value}) or "q=")


def view_of(spec: ListSpec, given: Mapping[str, Any], *, locked: str = "") -> View:
    """The view that `q`, `sort`, `group` and `page` name; nonsense falls back to the default."""
    sort = str(given.get("sort") or "")
    if sort.removeprefix("-") not in spec.sorts:
        sort = ""
    page = str(given.get("page") or "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    line = str(given.get("q") or "")[: filterline.MAX_LENGTH].replace("\x00", " ").strip()
    group = str(given.get("group") or "")
    if spec.grouping(group) is None:
        group = ""
    chosen = str(given.get("cols") or "").split(",")
    columns = tuple(name for name in spec.choosable if name in chosen)
    return View(spec, line, sort, min(max(number, 1), MAX_PAGE), locked, group, columns)


@dataclass(slots=True)
class Result:
    """Rows of one page, the number of all, and what was wrong with the filter line."""

    rows: list[Any]
    total: int
    page: int
    troubles: list[str] = field(default_factory=list)
    # rows that the list leaves out until it is asked for them
    aside: int = 0

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))

    @property
    def shown(self) -> int:
        """How many rows there are on this page; heads of groups are none."""
        return sum(1 for row in self.rows if not isinstance(row, GroupHead))


def to_q(spec: ListSpec, terms: tuple[Term, ...]) -> tuple[Q, list[str]]:
    """The terms as one condition, and words for those that mean nothing here.

    Equal names are alternatives (`state:running state:paused`), different ones must all hold; each
    negative one must not. A term without meaning finds nothing, and the page says so: who mistypes
    a filter must not act on all rows.
    """
    condition, troubles = Q(), []
    alternatives: dict[str, Q] = {}
    for term in terms:
        token = spec.token(term.name) if term.name else None
        if term.name and token is None:
            troubles.append(filterline.unknown(term.name, (t.name for t in spec.offered)))
            continue
        try:
            one = token.to_q(term.value) if token else spec.text(term.value)
        except BadValue as error:
            troubles.append(str(error))
            continue
        if term.negative:
            condition &= ~one
        elif token:
            alternatives[term.name] = alternatives.get(term.name, Q()) | one
        else:
            condition &= one
    for either in alternatives.values():
        condition &= either
    return (Q(pk__in=[]), troubles) if troubles else (condition, troubles)


def ordered(spec: ListSpec, rows: QuerySet[Any], order: str) -> QuerySet[Any]:
    """Rows in the order of a sort; a minus turns the whole index round."""
    fields = spec.sorts[order.removeprefix("-")]
    if order.removeprefix("-") in spec.nullable:
        figure, *rest = (f"-{f}" if order.startswith("-") else f for f in fields)
        return rows.order_by(nulls_last(figure), *rest)
    if not order.startswith("-"):
        return rows.order_by(*fields)
    return rows.order_by(*(f[1:] if f.startswith("-") else f"-{f}" for f in fields))


def rows_in(
    spec: ListSpec,
    person: Person,
    *,
    line: str,
    locked: str = "",
    group: str = "",
    key: str = "",
) -> QuerySet[Any]:
    """All rows that these lines find, or of those one group's (`key` as GroupHead.text).

    An unknown group has no rows, nor has a line with a term without meaning.
    """
    rows = spec.base(person)
    if not spec.open_to(person):
        return rows.none()
    terms = (*filterline.parse(line), *filterline.parse(locked))
    for each in (line, locked):
        rows = rows.filter(to_q(spec, filterline.parse(each))[0])
    aside = _aside(spec, terms)
    rows = rows.filter(permitted(spec, person, terms), aside.others if aside else Q())
    if not group:
        return rows
    grouping = spec.grouping(group)
    wanted = grouping.key_of(key) if grouping else None
    return rows.none() if grouping is None or wanted is None else rows.filter(grouping.of(wanted))


def _aside(spec: ListSpec, terms: tuple[Term, ...]) -> HiddenRows | None:
    """What these terms leave out; None where they ask for it, or nothing is left out."""
    aside = spec.aside
    return None if aside is None or any(t.name in aside.lifts for t in terms) else aside


def run(view: View, person: Person) -> Result:
    """The page as it stands in the database now. A page past the end becomes the last one."""
    spec = view.spec
    condition, troubles = to_q(spec, view.terms)
    locked, locked_troubles = to_q(spec, filterline.parse(view.locked))
    if not spec.open_to(person):
        return Result([], 0, 1, troubles)
    if spec.things is not None:
        things = spec.things(person)
        return Result(things, len(things), 1, troubles)
    every = condition & locked & permitted(spec, person, view.all_terms)
    left_out = _aside(spec, view.all_terms)
    troubles += locked_troubles
    aside = _count(spec, person, every & left_out.rows) if left_out else 0
    name = view.order.removeprefix("-")
    by_figure = spec.figures is not None and name in spec.figures.sorts
    rows = spec.base(person).filter(every)
    if left_out:
        # said so that SQLite uses an index for it; or none, where that of the figures is better
        rows = rows.filter(~left_out.rows if by_figure else left_out.others)
    if grouping := spec.grouping(view.group):
        return _grouped(view, person, rows, grouping, troubles, aside, heads=True)
    if walk := spec.walks.get(name):
        return _grouped(view, person, rows, walk, troubles, aside, heads=False)
    # those left out are few and have an index; to count the others would read every row
    total = max(0, _count(spec, person, every) - aside)
    page = min(view.page, max(1, -(-total // PAGE_ROWS)))
    start = (page - 1) * PAGE_ROWS
    if by_figure:
        found = ranked(spec, person, rows, view.order, start, PAGE_ROWS)
    else:
        found = list(ordered(spec, rows, view.order)[start : start + PAGE_ROWS])
    spec.prepare(found, person)
    lock_marks.attach(found)
    return Result(found, total, page, troubles, aside)


def _count(spec: ListSpec, person: Person, condition: Q) -> int:
    if spec.count:
        return spec.count(person, condition)
    return spec.base(person).filter(condition).order_by().count()


def _grouped(
    view: View,
    person: Person,
    rows: QuerySet[Any],
    grouping: Grouping,
    troubles: list[str],
    aside: int,
    *,
    heads: bool,
) -> Result:
    """A page whose rows stand in groups, with a head above each; or only in their order."""
    spec = view.spec
    turned = view.order.startswith("-") and not heads
    groups, names = counted_groups(grouping, rows, person, descending=turned)
    total = sum(count for _key, count in groups)
    page = min(view.page, max(1, -(-total // PAGE_ROWS)))
    here = list(pieces(groups, (page - 1) * PAGE_ROWS, PAGE_ROWS))
    plain = heads and grouping.order and view.order == spec.default_sort
    lined_up = rows.order_by(*grouping.order) if plain else ordered(spec, rows, view.order)
    by_key = rows_of(grouping, lined_up, here)
    found = [row for piece in here for row in by_key.get(piece.key, [])]
    spec.prepare(found, person)
    lock_marks.attach(found)
    if not heads:
        return Result(found, total, page, troubles, aside)
    facts = spec.group_facts(grouping, rows.order_by(), [piece.key for piece in here], person)
    shown: list[Any] = []
    for piece in here:
        head = GroupHead(
            grouping=grouping,
            key=piece.key,
            title=grouping.title(piece.key, names),
            count=piece.count,
            line=view.line,
            locked=view.locked,
            continued=piece.start > 0,
            facts=facts.get(piece.key),
        )
        shown += [head, *by_key.get(piece.key, [])]
    return Result(shown, total, page, troubles, aside)
