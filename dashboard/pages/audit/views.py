"""The audit log: who did what, where, and how it ended. Reading it is a right of its own."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit import queries
from audit.queries import Line
from audit.shapes import Target
from dashboard.live import filterline
from dashboard.live.page import Chip, live_row
from dashboard.pages.audit.lists import NEWEST
from dashboard.pages.audit.search import read, suggestions
from dashboard.pages.audit.words import parameter, said, verb_label
from dashboard.pages.explain.refused import missing_in
from dashboard.person import person_of
from hosts.access import Person, require, visible_entries

VERB = "audit.read"


def _reader(request: HttpRequest) -> Person:
    person = person_of(request)
    require(person, VERB, Target(kind="audit", name="audit log"))
    return person


def with_words(lines: list[Line]) -> list[Line]:
    """Lines whose entries know their words."""
    for line in lines:
        line.entry.said = said(line)  # type: ignore[attr-defined]
    return lines


@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The newest lines that match; older ones page by page."""
    person = _reader(request)
    if "suggest" in request.GET:
        return JsonResponse({"suggestions": suggestions(request.GET["suggest"], person)})
    line = request.GET.get("q", "")[: filterline.MAX_LENGTH].replace("\x00", " ").strip()
    asked = read(line)
    given = request.GET.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    page = queries.search(asked.filters, visible=visible_entries(person), before=before)
    newest = NEWEST.base(person).first()
    context: dict[str, Any] = {
        "line": line,
        "chips": _chips(line),
        "troubles": asked.troubles,
        "lines": with_words(page.lines),
        "older": f"?{urlencode({'q': line, 'before': page.before})}" if page.before else "",
        "newest_page": before is None,
        "count": newest.pk if newest else 0,
        "verified": queries.last_verification(),
    }
    if request.headers.get("HX-Target") == "list-audit":
        return render(request, "audit/lines.html", context)
    context["newest"] = live_row(person, NEWEST, newest) if newest else None
    return render(request, "audit/list.html", context)


def _chips(line: str) -> list[Chip]:
    terms = filterline.parse(line)
    chips = []
    for term in terms:
        rest = filterline.without(terms, term)
        chips.append(Chip(str(term), f"?{urlencode({'q': rest})}", rest))
    return chips


@require_GET
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One line, whole: its pair, its parameters, its place in the chain."""
    reader = _reader(request)
    found = queries.line(number, visible=visible_entries(reader))
    if found is None:
        raise Http404
    with_words([found])
    parts = [one for one in (found.entry, found.outcome, found.resolution) if one]
    for one in parts:
        one.told = [(name, parameter(name, value)) for name, value in one.params.items()]  # type: ignore[attr-defined]
    context: dict[str, Any] = {"line": found, "parts": parts, "label": verb_label(found.entry.verb)}
    if found.entry.kind == "refusal":
        context["missing"] = missing_in(reader, found.entry)
    return render(request, "audit/entry.html", context)
