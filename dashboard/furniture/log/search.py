"""The filter line of the audit page: to the filters that audit.queries understands."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Team, User
from accounts.verbs import all_verbs
from audit.models import KIND_LABELS, RESULT_LABELS
from audit.queries import Filters, verb_condition
from dashboard.dates import NoSuchTime, is_date, span
from dashboard.furniture.log.name_match import COLUMNS, name_of, word_of
from dashboard.furniture.log.subjects import WHAT, about, what
from dashboard.live import filterline
from dashboard.live.filterline import Term
from dashboard.live.spec import BadValue
from hosts.access import Person, allows, visible_hosts
from hosts.access.visible_rules import visible_rules
from hosts.actions.guardrails import edit_guardrail
from hosts.guardrails.entries import entries_about_rule
from hosts.models import Guardrail

RESULTS = [value for value, _label in RESULT_LABELS]
KINDS = [value for value, _label in KIND_LABELS if value not in ("outcome", "resolution")]
DOORS = ("page", "socket", "console", "host", "worker", "link", "api", "gate", "mcp")
# what each is, beside it while it is typed
NAMES = {
    "person": _lazy("who did it: a name, or part of one"),
    "verb": _lazy("container.restart, or container.* for all of them"),
    "host": _lazy("a host's name, or part of it"),
    "object": _lazy("the object: its name, part of it, or its id"),
    "what": _lazy("seen: what was read; access: whose rights changed; signin"),
    "about": _lazy("full name of a person or team: who changed their access"),
    "rule": _lazy("full name of a guardrail: what it refused, asked about or warned of"),
    "result": _lazy("the result"),
    "kind": _lazy("event: reads and sign-ins; observed: done on a host outside Haulout"),
    "door": _lazy("page, api, gate, mcp, console …"),
    "date": _lazy("today, yesterday, 2026-11-30 or 2026-11-01..2026-11-07"),
    "since": _lazy("2h, 3d, or a date or time"),
    "until": _lazy("2h, 3d, or a date or time"),
}
UTC_ZONE: Final = ZoneInfo("UTC")
MOST = 12
SEES_PEOPLE = "access.view"


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """The filters, and words for what was not understood or left out."""

    filters: Filters
    troubles: list[str]
    notes: list[str]


def read(line: str, zone: ZoneInfo = UTC_ZONE) -> ParsedLine:
    """`shop web1 person:Alice verb:container.* result:failed date:yesterday` to filters.

    Free words must all hold, equal tokens are alternatives. Dates are read by the clock of `zone`.
    """
    troubles: list[str] = []
    given: dict[str, list[str]] = {}
    words: list[str] = []
    for term in filterline.parse(line):
        if term.negative:
            troubles.append(_("The audit log has no filters that exclude: remove the minus."))
        elif not term.name and is_date(term.value):
            given.setdefault("date", []).append(term.value)
        elif not term.name:
            words.append(term.value)
        elif term.name not in NAMES:
            troubles.append(filterline.unknown(term.name, NAMES))
        else:
            given.setdefault(term.name, []).append(term.value)
    filters, notes = Filters(), []
    for name, values in given.items():
        try:
            filters = _with(filters, name, values, zone)
        except BadValue as wrong:
            troubles.append(str(wrong))
    if not troubles:
        found = [word_of(value) for value in words]
        found += [name_of(name, given[name]) for name in COLUMNS if name in given]
        notes = [note for one in found for note in one.notes]
        held = filters.words + tuple(one.conditions for one in found)
        filters = replace(filters, words=held)
    return ParsedLine(filters, troubles, notes)


def _with(filters: Filters, name: str, values: list[str], zone: ZoneInfo) -> Filters:
    """With all values of one token. Raises BadValue."""
    if name in COLUMNS:
        return filters
    if name in ("since", "until", "date"):
        for value in values:
            filters = _in_time(filters, name, value, zone)
        return filters
    if name == "verb":
        return replace(filters, words=(*filters.words, tuple(verb_condition(v) for v in values)))
    fixed = {"result": RESULTS, "kind": KINDS, "what": list(WHAT)}.get(name)
    for value in values:
        if fixed and value.lower() not in fixed:
            words = _("“%(token)s:%(value)s” is not valid. Use one of: %(known)s.")
            known = {"token": name, "value": value, "known": ", ".join(fixed)}
            raise BadValue(words % known)
    if made := {"rule": entries_about_rule, "what": what, "about": about}.get(name):
        found = tuple(q for value in values for q in made(value.lower() if fixed else value))
        before = filters.any_of or (Q(),)
        return replace(filters, any_of=tuple(one & other for one in before for other in found))
    if len(values) > 1:
        raise BadValue(_("Write “%(token)s:” only once.") % {"token": name})
    given: dict[str, Any] = {name: values[0].lower() if fixed else values[0]}
    return replace(filters, **given)


def _in_time(filters: Filters, name: str, value: str, zone: ZoneInfo) -> Filters:
    """Narrowed to a date, or to what is after or before it."""
    try:
        told = span(value, zone)
    except NoSuchTime as wrong:
        raise BadValue(str(wrong)) from wrong
    since = told.since if name != "until" else None
    until = told.until if name != "since" else None
    if name == "date" and since is not None and since == until:
        # an age is from then on
        until = None
    starts = [one for one in (filters.since, since) if one]
    # what a span ends with is no longer part of it
    ends = [one for one in (filters.until, until and until - timedelta(microseconds=1)) if one]
    return replace(filters, since=max(starts, default=None), until=min(ends, default=None))


def suggestions(typed: str, person: Person) -> list[dict[str, str]]:
    """What could come next while typing: names of people, hosts and rules that this person sees."""
    name, colon, value = typed[:100].partition(":")
    name = name.lower()
    if not colon:
        return [
            {"insert": f"{one}:", "hint": str(hint)}
            for one, hint in NAMES.items()
            if one.startswith(name)
        ]
    value = value.strip('"')
    if name == "what":
        return [{"insert": f"what:{one}", "hint": str(hint)} for one, hint in WHAT.items()]
    if name in ("person", "host", "rule", "about"):
        found = _names(name, value, person)
    else:
        known: dict[str, list[str]] = {
            "result": RESULTS,
            "kind": KINDS,
            "door": list(DOORS),
            "verb": [verb.name for verb in all_verbs()],
            "date": ["today", "yesterday"],
            "since": ["1h", "today", "yesterday", "1w"],
        }
        found = [one for one in known.get(name, []) if one.startswith(value)]
    return [{"insert": str(Term(name, one)), "hint": ""} for one in found[:MOST]]


def _names(name: str, part: str, person: Person) -> list[str]:
    rows: Any
    if name == "host":
        rows = visible_hosts(person)
    elif name == "rule":
        if not allows(person, edit_guardrail.READ):
            return []
        rows = visible_rules(person, Guardrail.objects.all(), editing=edit_guardrail.VERB)
    elif allows(person, SEES_PEOPLE):
        rows = User.objects.all()
    else:
        rows = User.objects.filter(pk=person.user.pk)
    found = [*_like(rows, part)]
    if name == "about" and allows(person, SEES_PEOPLE):
        found += _like(Team.objects.all(), part)
    return list(dict.fromkeys(found))


def _like(rows: Any, part: str) -> list[str]:
    named = rows.order_by("name").filter(name__icontains=part)
    return list(named.values_list("name", flat=True)[:MOST])
