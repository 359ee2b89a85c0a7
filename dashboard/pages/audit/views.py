"""The audit log: who did what, where, and how it ended. Needs `audit.read`."""

from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_POST

from audit import queries, write
from audit.export import csv_lines
from audit.queries import Line, Page
from audit.shapes import Target
from dashboard.dates import is_date, zone_of
from dashboard.furniture.log.search import read, suggestions
from dashboard.furniture.log.words import entry_sentence, parameter, place, verb_label
from dashboard.furniture.missing_rights import missing_in
from dashboard.live import filterline
from dashboard.live.filterline import Term
from dashboard.live.page import Chip, live_row
from dashboard.pages.audit.links import links_of, rule_url, rules_in, search_url
from dashboard.pages.audit.lists import NEWEST
from dashboard.person import person_of
from hosts.access import Person, require, visible_entries

VERB, EXPORT = "audit.read", "audit.export"
LOG = Target(kind="audit", name="audit log")
# entries of one file; the API and the console export more
MOST_EXPORTED = 10_000
DATES = (
    (_lazy("Today"), "today"),
    (_lazy("Yesterday"), "yesterday"),
    (_lazy("Last 24 hours"), "24h"),
    (_lazy("Last 7 days"), "7d"),
)
QUICK = (
    (_lazy("All"), ""),
    (_lazy("Refused"), "result:denied"),
    (_lazy("Reads"), "what:seen"),
    (_lazy("Access"), "what:access"),
    (_lazy("Sign-in"), "what:signin"),
    (_lazy("Outside Haulout"), "kind:observed"),
)


def _reader(request: HttpRequest) -> Person:
    person = person_of(request)
    require(person, VERB, LOG)
    return person


def with_words(lines: list[Line]) -> list[Line]:
    """Set the sentence, place and rules on the entry of each line."""
    for line in lines:
        line.entry.said = entry_sentence(line)  # type: ignore[attr-defined]
        line.entry.place = place(line.entry)  # type: ignore[attr-defined]
        line.entry.rules = [  # type: ignore[attr-defined]
            (name, search_url(Term("rule", name))) for name in rules_in(line.entry)
        ]
    return lines


@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The newest matching lines, with pages of older ones."""
    person = _reader(request)
    if "suggest" in request.GET:
        return JsonResponse({"suggestions": suggestions(request.GET["suggest"], person)})
    line = request.GET.get("q", "")[: filterline.MAX_LENGTH].replace("\x00", " ").strip()
    if "from" in request.GET or "to" in request.GET:
        return redirect(f"?{urlencode({'q': _with_dates(line, request)})}")
    asked = read(line, zone_of(request))
    given = request.GET.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    # a wrong filter must not show all entries
    page = (
        Page([], None)
        if asked.troubles
        else queries.search(asked.filters, visible=visible_entries(person), before=before)
    )
    newest = NEWEST.base(person).first()
    context: dict[str, Any] = {
        "line": line,
        "chips": _chips(line),
        "troubles": asked.troubles,
        "notes": asked.notes,
        "dates": _dates(line),
        "lines": with_words(page.lines),
        "older": f"?{urlencode({'q': line, 'before': page.before})}" if page.before else "",
        "newest_page": before is None,
        "count": newest.pk if newest else 0,
        "verified": queries.last_verification(),
        "quick": QUICK,
        "view": {"line": line},
        "most": MOST_EXPORTED,
    }
    if request.headers.get("HX-Target") == "list-audit":
        return render(request, "audit/lines.html", context)
    context["newest"] = live_row(person, NEWEST, newest) if newest else None
    return render(request, "audit/list.html", context)


def _is_date(term: Term) -> bool:
    return term.name in ("date", "since", "until") or (not term.name and is_date(term.value))


def _dates(line: str) -> dict[str, Any]:
    """The date menu: the chosen date, and the filter line for each usual one."""
    terms = filterline.parse(line)
    others = [term for term in terms if not _is_date(term)]
    chosen = [term.value for term in terms if _is_date(term)]
    first, _dots, last = chosen[0].partition("..") if len(chosen) == 1 else ("", "", "")
    usual = (*((word, f"date:{value}") for word, value in DATES), (_("Any time"), ""))
    return {
        "chosen": " ".join(chosen),
        "from": first,
        "to": last or first,
        "usual": [
            (word, one, filterline.write([*others, *filterline.parse(one)])) for word, one in usual
        ],
    }


def _with_dates(line: str, request: HttpRequest) -> str:
    """The filter line with the form's two dates instead of its own."""
    first, last = (request.GET.get(name, "").strip()[:40] for name in ("from", "to"))
    terms = [term for term in filterline.parse(line) if not _is_date(term)]
    if first or last:
        terms.append(Term("date", first if first == last else f"{first}..{last}"))
    return filterline.write(terms)


def _chips(line: str) -> list[Chip]:
    terms = filterline.parse(line)
    chips = []
    for term in terms:
        rest = filterline.without(terms, term)
        chips.append(Chip(str(term), f"?{urlencode({'q': rest})}", rest))
    return chips


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The matching entries as CSV, newest first. Writes an audit entry."""
    person = _reader(request)
    line = request.POST.get("q", "")[: filterline.MAX_LENGTH].replace("\x00", " ").strip()
    asked = read(line, zone_of(request))
    if asked.troubles:
        messages.error(request, " ".join(asked.troubles))
        return redirect(f"{reverse('audit:list')}?{urlencode({'q': line})}")
    with transaction.atomic():
        told = {"limit": MOST_EXPORTED, "filters": {"q": line}}
        write.event(person.who, EXPORT, LOG, params=told)
    # plus the CSV header
    rows = islice(csv_lines(asked.filters, visible=visible_entries(person)), MOST_EXPORTED + 1)
    answer = HttpResponse(b"".join(rows), content_type="text/csv; charset=utf-8")
    name = f"haulout-audit-{timezone.now():%Y%m%d-%H%M%S}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_GET
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One entry: its outcome, its parameters, its place in the chain."""
    reader = _reader(request)
    found = queries.line(number, visible=visible_entries(reader))
    if found is None:
        raise Http404
    with_words([found])
    parts = [one for one in (found.entry, found.outcome, found.resolution) if one]
    for one in parts:
        told = dict(one.params)
        # beside the door by which it came
        one.client = told.pop("client", "")  # type: ignore[attr-defined]
        one.told = [(name, parameter(name, value)) for name, value in told.items()]  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "line": found,
        "parts": parts,
        "label": verb_label(found.entry.verb),
        "links": links_of(reader, found.entry),
    }
    if rules := rules_in(found.entry):
        # a rule refused it, not a missing right
        context["rules"] = [(name, rule_url(reader, name)) for name in rules]
    elif found.entry.kind == "refusal" and found.entry.who_id:
        # only known people can lack a right
        context["missing"] = missing_in(reader, found.entry)
    return render(request, "audit/entry.html", context)
