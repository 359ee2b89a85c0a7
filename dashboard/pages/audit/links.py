"""Links of an audit entry: to its person, target and grant, and to related entries.

A link is there only when the reader may open it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Role, Team, User
from audit.models import Entry
from dashboard.live.filterline import Term
from hosts.access import Person, allows, is_visible, visible_hosts, visible_jobs
from hosts.access.visible_rules import visible_rules
from hosts.actions.guardrails import edit_guardrail
from hosts.models import INVENTORY, Grant, Guardrail

SEES_PEOPLE = "access.view"
_ID = re.compile(r"(sha256:)?[0-9a-f]{12,64}")
_GRANT = re.compile(r"grant (\d{1,18}):")
_RULE = re.compile(r"guardrail (.+?) \((?:refuse|ask)\): ")
# kind of target: (URL name of its page, visible rows)
_PAGES: dict[str, tuple[str, Callable[[Person], "QuerySet[Any]"]]] = {
    "user": ("people:page", lambda person: _if_people(person, User.objects.all())),
    "team": ("access:team", lambda person: _if_people(person, Team.objects.all())),
    "role": ("access:role", lambda person: _if_people(person, Role.objects.all())),
    "grant": ("access:grant", lambda person: _if_people(person, Grant.objects.all())),
    "host": ("hosts:page", visible_hosts),
    "job": ("jobs:page", visible_jobs),
    "guardrail": (
        "guardrails:page",
        lambda person: visible_rules(person, Guardrail.objects.all(), editing=edit_guardrail.VERB),
    ),
}


@dataclass(slots=True)
class Links:
    """URLs; "" where there is no link. `more`: (text, URL) of related entries."""

    who: str = ""
    target: str = ""
    grant: str = ""
    more: list[tuple[str, str]] = field(default_factory=list)


def links_of(reader: Person, entry: Entry) -> Links:
    """The links of an entry, one query for each."""
    found = Links(target=_target(reader, entry))
    if entry.who_id and allows(reader, SEES_PEOPLE):
        found.who = reverse("people:page", args=[entry.who_id])
    if given := _GRANT.match(entry.grant):
        found.grant = _page(reader, "grant", given[1])
    if entry.who_name:
        words = _("Everything %(name)s did") % {"name": entry.who_name}
        found.more.append((words, search_url(Term("person", entry.who_name))))
    if entry.target_kind in INVENTORY and entry.target_name:
        words = _("Everything done to %(name)s") % {"name": entry.target_name}
        # a refused or failed creation has no id
        key = entry.target_id if _ID.fullmatch(entry.target_id) else entry.target_name
        found.more.append((words, search_url(Term("object", key))))
    for name in _people_and_teams(entry):
        words = _("Who changed the access of %(name)s") % {"name": name}
        found.more.append((words, search_url(Term("about", name))))
    for name in rules_in(entry):
        words = _("What the rule “%(name)s” refused or warned of") % {"name": name}
        found.more.append((words, search_url(Term("rule", name))))
    return found


def search_url(*terms: Term) -> str:
    """The log with these filters."""
    return f"{reverse('audit:list')}?{urlencode({'q': ' '.join(map(str, terms))})}"


def rule_url(reader: Person, name: str) -> str:
    """The page of the guardrail with this name. "" when it is gone or not visible."""
    seen = visible_rules(reader, Guardrail.objects.filter(name=name), editing=edit_guardrail.VERB)
    row = seen.first() if allows(reader, edit_guardrail.READ) else None
    return reverse("guardrails:page", args=[row.pk]) if row else ""


def rules_in(entry: Entry) -> list[str]:
    """Names of the guardrails that refused."""
    return list(dict.fromkeys(_RULE.findall(entry.detail))) if entry.kind == "refusal" else []


def _people_and_teams(entry: Entry) -> list[str]:
    """Names of the people and teams whose access the entry changed."""
    params = entry.params
    named = [params.get(one) for one in ("user", "team", "let_in", "let_out")]
    if entry.target_kind in ("user", "team") and entry.target_name != entry.who_name:
        named.append(entry.target_name)
    subject = entry.verb.partition(".")[0]
    if subject not in ("access", "people"):
        return []
    return list(dict.fromkeys(one for one in named if isinstance(one, str) and one))


def _target(reader: Person, entry: Entry) -> str:
    if entry.target_kind in INVENTORY:
        rows = INVENTORY[entry.target_kind].objects.select_related("endpoint__host")
        row = rows.filter(endpoint=entry.endpoint_id, podman_id=entry.target_id, gone=None).first()
        if row is None or not is_visible(reader, row):
            return ""
        return reverse(f"{entry.target_kind}s:page", args=[row.endpoint_id, row.podman_id])
    return _page(reader, entry.target_kind, entry.target_id)


def _page(reader: Person, kind: str, given: str) -> str:
    page = _PAGES.get(kind)
    if page is None or not (given.isascii() and given.isdigit()) or len(given) > 18:
        return ""
    name, rows_for = page
    return (
        reverse(name, args=[int(given)]) if rows_for(reader).filter(pk=int(given)).exists() else ""
    )


def _if_people(person: Person, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows if allows(person, SEES_PEOPLE) else rows.none()
