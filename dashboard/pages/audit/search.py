"""The filter line of the audit page: to the filters that audit.queries understands."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Team, User
from accounts.verbs import all_verbs
from audit.models import KIND_LABELS, RESULT_LABELS
from audit.queries import Filters
from dashboard.live import filterline
from dashboard.live.filterline import Term
from dashboard.pages.audit.subjects import WHAT, about, what
from hosts.access import Person, allows, visible_hosts
from hosts.access.ruled import ruling
from hosts.actions.guardrails import edit_guardrail
from hosts.guardrails.entries import met_by
from hosts.models import Guardrail

RESULTS = [value for value, _label in RESULT_LABELS]
KINDS = [value for value, _label in KIND_LABELS if value not in ("outcome", "resolution")]
DOORS = ("page", "socket", "console", "host", "worker", "link", "api", "gate")
# what each is, beside it while it is typed
NAMES = {
    "person": _lazy("whole name of whoever did it"),
    "verb": _lazy("container.restart, or container.* for all of them"),
    "host": _lazy("whole name of a host"),
    "object": _lazy(
        "whole name or id of what it was done to; the same as without a word before it"
    ),
    "what": _lazy("seen: what was looked at; access: whose rights were changed; signin"),
    "about": _lazy("whole name of a person or team: who changed their access"),
    "rule": _lazy("whole name of a guardrail: what it refused, asked about or warned of"),
    "result": _lazy("how it ended"),
    "kind": _lazy(
        "event: what was looked at or signed in; observed: done on a host outside Haulout"
    ),
    "door": _lazy("page, api, gate, console …"),
    "since": _lazy("2h, 3d, or a date or time (UTC)"),
    "until": _lazy("2h, 3d, or a date or time (UTC)"),
}
MOST = 12
SEES_PEOPLE = "access.view"
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters, and words for what could not be understood."""

    filters: Filters
    troubles: list[str]


def read(line: str) -> Asked:
    """`person:Alice verb:container.* host:web1 object:shop result:failed since:2h` to filters."""
    filters, troubles = Filters(), []
    for term in filterline.parse(line):
        if term.negative:
            troubles.append(_("The audit log is not searched by exclusion: take the minus off."))
            continue
        name = term.name or "object"
        if name not in NAMES:
            known = ", ".join(f"{one}:" for one in NAMES)
            troubles.append(
                _("Nothing here is called “%(name)s:”. There is %(known)s.")
                % {"name": name, "known": known}
            )
            continue
        filters = _with(filters, name, term.value, troubles)
    return Asked(filters, troubles)


def _with(filters: Filters, name: str, value: str, troubles: list[str]) -> Filters:
    given: Any = value
    fixed = {"result": RESULTS, "kind": KINDS, "what": list(WHAT)}.get(name)
    if fixed and value.lower() not in fixed:
        troubles.append(
            _("“%(token)s:%(value)s” means nothing. There is %(known)s.")
            % {"token": name, "value": value, "known": ", ".join(fixed)}
        )
        return filters
    if fixed:
        given = value.lower()
    if name in ("since", "until"):
        given = moment(value)
        if given is None:
            troubles.append(_("Write a time as 2h, 3d, 2026-11-24 or 2026-11-24T14:00 (UTC)."))
            return filters
    made = {"rule": met_by, "what": what, "about": about}.get(name)
    if made:
        found, before = made(given), filters.any_of or (Q(),)
        return replace(filters, any_of=tuple(one & other for one in before for other in found))
    return replace(filters, **{name: given})


def moment(value: str) -> datetime | None:
    """`90m`, `2h`, `3d`, `1w` ago, or a date or time in UTC; None when it is none of these."""
    if found := re.fullmatch(r"(\d{1,4})([mhdw])", value):
        return timezone.now() - timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        read_at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read_at if read_at.tzinfo else read_at.replace(tzinfo=UTC)


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
            "since": ["1h", "1d", "1w"],
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
        rows = ruling(person, Guardrail.objects.all(), editing=edit_guardrail.VERB)
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
