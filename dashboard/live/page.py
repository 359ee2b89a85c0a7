"""What every list page is made of: the filter line, chips, columns, rows, pages, bulk bar.

A page room calls `list_page`; a page with a list inside calls `list_context` and includes
live/list.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.shapes import Target
from dashboard.live.lock_marks import attach
from dashboard.live.render import row_html, rows_html
from dashboard.live.saved_views import default_address, saved_context
from dashboard.live.spec import PAGE_ROWS, Column, ListSpec
from dashboard.live.suggest import suggestions
from dashboard.live.view import Result, View, run, view_of
from dashboard.person import person_of
from hosts.access import Person, require, verbs_at


@dataclass(frozen=True, slots=True)
class Chip:
    """One term of the filter line, and the view without it."""

    text: str
    url: str
    line: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head: where a click on it sorts, and how it sorts now ("ascending", …, "")."""

    column: Column
    url: str
    sorted: str


def list_page(
    request: HttpRequest, spec: ListSpec, template: str, extra: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The page of a list; only its moving part when htmx asks for that, suggestions as JSON."""
    person = person_of(request)
    if not spec.open_to(person):
        require(person, spec.verb, Target(kind="list", name=spec.name))
    if "suggest" in request.GET:
        return JsonResponse({"suggestions": suggestions(spec, person, request.GET["suggest"])})
    if address := default_address(request, person.user, spec.name):
        return redirect(address)
    context = list_context(person, spec, request.GET)
    if asks_for_list(request, spec):
        return render(request, "live/list.html", context)
    context |= saved_context(person.user, spec.name)
    return render(request, template, {**context, **(extra or {})})


def asks_for_list(request: HttpRequest, spec: ListSpec) -> bool:
    """True when htmx wants to replace the moving part of this list alone."""
    return request.headers.get("HX-Target") == f"list-{spec.name}"


def list_context(
    person: Person, spec: ListSpec, given: Mapping[str, Any], *, locked: str = ""
) -> dict[str, Any]:
    """Context of live/list.html: the view, its rows as HTML, chips, headings, pages."""
    view = view_of(spec, given, locked=locked)
    result = run(view, person)
    verbs = verbs_at(person)
    aside_line = f"{view.line} {spec.aside.line if spec.aside else ''}".strip()
    return {
        **_figures(spec, view, result, person),
        "spec": spec,
        "view": view,
        "result": result,
        "rows": rows_html(spec, result.rows, person),
        "chips": _chips(view),
        "headings": _headings(view),
        "bulk": [verb for verb in spec.bulk if _subject(spec, verb.name) in verbs],
        "counted": counted(spec, result.total),
        "range": _range(result),
        "newer_url": view.url(page=result.page - 1),
        "older_url": view.url(page=result.page + 1),
        "filtered": bool(view.terms),
        "aside_line": aside_line,
        "aside_url": view.url(line=aside_line),
        "choosable": [column for column in spec.columns if column.name in spec.choosable],
    }


def _figures(spec: ListSpec, view: View, result: Result, person: Person) -> dict[str, Any]:
    """Figures of the rows as JSON, and what is to be said of hosts that give none."""
    figures = spec.figures
    if figures is None:
        return {}
    keys = [row.pk for row in result.rows if isinstance(row.pk, int)]
    asked = figures.asked(view.order, view.all_terms)
    return {
        "figures": orjson.dumps(
            figures.read(person, keys), option=orjson.OPT_NON_STR_KEYS
        ).decode(),
        "silent": figures.silent(person) if asked else [],
    }


def counted(spec: ListSpec, count: int) -> str:
    """“12 containers”."""
    one, many = spec.noun
    return f"{count:,} {ngettext(str(one), str(many), count)}"


def _subject(spec: ListSpec, verb: str) -> str:
    return f"{spec.verb.partition('.')[0]}.{verb}"


def _chips(view: View) -> list[Chip]:
    chips = []
    for term in view.terms:
        line = " ".join(str(other) for other in view.terms if other != term)
        chips.append(Chip(str(term), view.url(line=line), line))
    return chips


def _headings(view: View) -> list[Heading]:
    name, down = view.order.removeprefix("-"), view.order.startswith("-")
    headings = []
    for column in view.spec.columns:
        if not column.sort:
            headings.append(Heading(column, "", ""))
            continue
        here = column.sort.removeprefix("-") == name
        # the first click sorts as the column prefers, a second one turns it round
        wanted = (name if down else f"-{name}") if here else column.sort
        now = ("descending" if down else "ascending") if here else ""
        headings.append(Heading(column, view.url(sort=wanted), now))
    return headings


def _range(result: Result) -> str:
    if not result.total:
        return ""
    first = (result.page - 1) * PAGE_ROWS + 1
    return _("%(first)s–%(last)s of %(total)s") % {
        "first": f"{first:,}",
        "last": f"{first + result.shown - 1:,}",
        "total": f"{result.total:,}",
    }


def live_row(person: Person, spec: ListSpec, row: Any) -> dict[str, Any]:
    """Context of live/one.html: one row that keeps itself true, whatever its template draws."""
    spec.prepare([row], person)
    attach([row])
    gone = getattr(row, "gone", None) is not None
    html = row_html(spec, row, person)
    return {"spec": spec, "key": f"key:{row.pk}", "html": html, "gone": gone}
