"""A view is a list with a filter line, a sort and a page: what the URL says. Runs it as SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dashboard.live import filterline
from dashboard.live.filterline import Term
from dashboard.live.spec import PAGE_ROWS, BadValue, ListSpec
from hosts.access import Person, allows

MAX_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class View:
    """`line` as typed; `locked`: a line that the page adds and the person cannot take off."""

    spec: ListSpec
    line: str = ""
    sort: str = ""
    page: int = 1
    locked: str = ""

    @property
    def terms(self) -> tuple[Term, ...]:
        """Terms of the typed line."""
        return filterline.parse(self.line)

    @property
    def order(self) -> str:
        """The sort in force, with its minus."""
        return self.sort or self.spec.default_sort

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """Equal for all views that show the same."""
        line, locked = filterline.normal(self.line), filterline.normal(self.locked)
        return (self.spec.name, line, locked, self.order, self.page)

    def url(self, *, line: str | None = None, sort: str | None = None, page: int = 1) -> str:
        """The query string of this view with something changed ("?" alone for the plain list)."""
        parts = {
            "q": self.line if line is None else line,
            "sort": self.sort if sort is None else sort,
            "page": str(page) if page > 1 else "",
        }
        return "?" + urlencode({name: value for name, value in parts.items() if value})


def view_of(spec: ListSpec, given: Mapping[str, Any], *, locked: str = "") -> View:
    """The view that `q`, `sort` and `page` name; what makes no sense falls back to the default."""
    sort = str(given.get("sort") or "")
    if sort.removeprefix("-") not in spec.sorts:
        sort = ""
    page = str(given.get("page") or "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    line = str(given.get("q") or "")[: filterline.MAX_LENGTH].replace("\x00", " ").strip()
    return View(spec, line, sort, min(max(number, 1), MAX_PAGE), locked)


@dataclass(slots=True)
class Result:
    """Rows of one page, how many there are in all, and what was wrong with the filter line."""

    rows: list[Any]
    total: int
    page: int
    troubles: list[str] = field(default_factory=list)

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


def to_q(spec: ListSpec, terms: tuple[Term, ...]) -> tuple[Q, list[str]]:
    """The terms as one condition, and words for those that mean nothing here.

    Equal names are alternatives (`state:running state:paused`), different ones must all hold;
    each negative one must not. A term that means nothing is left out and said.
    """
    condition, troubles = Q(), []
    alternatives: dict[str, Q] = {}
    for term in terms:
        token = spec.token(term.name) if term.name else None
        if term.name and token is None:
            known = ", ".join(f"{t.name}:" for t in spec.offered)
            troubles.append(
                _("Nothing here is called “%(name)s:”. There is %(known)s.")
                % {"name": term.name, "known": known}
            )
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
    return condition, troubles


def ordered(spec: ListSpec, rows: QuerySet[Any], order: str) -> QuerySet[Any]:
    """Rows in the order of a sort; a minus turns the whole index round."""
    fields = spec.sorts[order.removeprefix("-")]
    if not order.startswith("-"):
        return rows.order_by(*fields)
    return rows.order_by(*(f[1:] if f.startswith("-") else f"-{f}" for f in fields))


def run(view: View, person: Person) -> Result:
    """The page as it stands in the database now. A page past the end becomes the last one."""
    spec = view.spec
    condition, troubles = to_q(spec, view.terms)
    locked, locked_troubles = to_q(spec, filterline.parse(view.locked))
    if not allows(person, spec.verb):
        return Result([], 0, 1, troubles)
    if spec.things is not None:
        things = spec.things(person)
        return Result(things, len(things), 1, troubles)
    rows = spec.base(person).filter(condition, locked)
    total = rows.order_by().count()
    page = min(view.page, max(1, -(-total // PAGE_ROWS)))
    start = (page - 1) * PAGE_ROWS
    found = list(ordered(spec, rows, view.order)[start : start + PAGE_ROWS])
    spec.prepare(found, person)
    return Result(found, total, page, troubles + locked_troubles)
