"""Findings about access for its managers: who holds most, what ends soon, what is left over.

They come from SQL alone. Each has a count, the first few names and a link to the whole list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Role, Token, User
from accounts.tokens import expiring, long_unused
from accounts.verbs import ACCESS_EDIT, PEOPLE_MANAGE
from dashboard.furniture.names import place_text
from dashboard.furniture.people import long_away, without_factor
from hosts.access import Person, allows
from hosts.access.grant_rows import in_force
from hosts.access.requests import requests_to_decide
from hosts.actions.access.grants import with_names
from hosts.models import Grant

NAMED = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `names`: (text, URL) of the first of `count`. `warns`: somebody should act."""

    title: str
    words: str
    count: int
    names: list[tuple[str, str]]
    url: str = ""
    warns: bool = False

    @property
    def more(self) -> int:
        """How many have no name here."""
        return self.count - len(self.names)


def survey(person: Person) -> list[Finding]:
    """All findings that are not empty, warnings first. About fifteen queries."""
    found = [item for item in _items(person) if item.count]
    return sorted(found, key=lambda item: not item.warns)


def _items(person: Person) -> Iterator[Finding]:
    managers = _managers()
    yield from _access_managers(managers)
    yield _second_factor(managers)
    waiting = requests_to_decide(person)
    rows = list(waiting.order_by("pk")[:NAMED])
    yield Finding(
        title=_("Requests waiting for you"),
        words=_("These people cannot continue until somebody decides."),
        count=waiting.count(),
        names=[(row.asked_by_name, reverse("requests:decide", args=[row.pk])) for row in rows],
        url=_list("requests:list", "state:asked"),
        warns=True,
    )
    yield _ending_grants()
    yield _roles_everywhere()
    yield _disabled_holders()
    yield _people(
        User.objects.filter(long_away()),
        title=_("No sign-in for three months"),
        words=_("Their rights still apply. Disable people who have left."),
        url=_list("people:list", "seen:long-ago"),
    )
    if allows(person, PEOPLE_MANAGE.name):
        yield from _tokens()


def _managers() -> QuerySet[User]:
    roles = [role.pk for role in Role.objects.all() if ACCESS_EDIT.name in role.verb_names()]
    return User.objects.filter(is_active=True, kind=User.Kind.PERSON, role__in=roles)


def _access_managers(managers: QuerySet[User]) -> Iterator[Finding]:
    alone = managers.count() == 1
    yield _people(
        managers,
        title=_("Only one person manages access") if alone else _("Who manages access"),
        words=_("If that person loses the password and the second factor, only the console helps.")
        if alone
        else _("They give and revoke access, within their own rights."),
        url=_list("people:list", "role:admin"),
        warns=alone,
    )


def _second_factor(managers: QuerySet[User]) -> Finding:
    open_to = managers.filter(without_factor()).exists()
    return _people(
        User.objects.filter(without_factor()),
        title=_("Without a second factor"),
        words=_("Some of them manage access: one stolen password opens everything.")
        if open_to
        else _("One stolen password is enough to sign in as them."),
        url=_list("people:list", "factor:none"),
        warns=open_to,
    )


def _ending_grants() -> Finding:
    week = Q(until__lte=timezone.now() + timedelta(weeks=1))
    return _grants(
        in_force(Grant.objects.filter(week)).order_by("until", "pk"),
        title=_("Grants that end this week"),
        words=_("People who still need one must ask again, or get a later end."),
        url=_list("access:grants", "until:week"),
    )


def _roles_everywhere() -> Finding:
    there = Q(group=None, host=None, endpoint=None, label="", names="", until=None)
    to_guests = Q(user__role__name="member", user__is_active=True)
    return _grants(
        Grant.objects.filter(there & to_guests).order_by("pk"),
        title=_("Members with a role everywhere, without end"),
        words=_("This is the same as a role of their own, also on hosts added later."),
        url=_list("access:grants", "until:never"),
        warns=True,
    )


def _disabled_holders() -> Finding:
    given = Grant.objects.filter(user=OuterRef("pk"))
    member = Membership.objects.filter(user=OuterRef("pk"))
    return _people(
        User.objects.filter(Exists(given) | Exists(member), is_active=False),
        title=_("Disabled people with grants or teams"),
        words=_("They cannot sign in. If they are enabled again, they have all of it at once."),
        url=_list("people:list", "state:disabled"),
    )


def _tokens() -> Iterator[Finding]:
    for condition, line, title, words in (
        (
            expiring(),
            "state:soon",
            _("Tokens and keys that expire within a week"),
            _("Whatever uses them stops working then."),
        ),
        (
            long_unused(),
            "state:unused",
            _("Tokens and keys unused for three months"),
            _("Revoke the ones that nobody needs."),
        ),
    ):
        rows = Token.objects.filter(condition).select_related("user").order_by("expires_at", "pk")
        first = [(f"{row.name}, {row.user}", "") for row in rows[:NAMED]]
        yield Finding(title, words, rows.count(), first, _list("tokens:all", line))


def _people(people: QuerySet[User], *, title: str, words: str, **more: Any) -> Finding:
    rows = people.order_by("name", "pk")
    names = [(str(row), reverse("people:page", args=[row.pk])) for row in rows[:NAMED]]
    return Finding(title, words, people.count(), names, **more)


def _grants(grants: QuerySet[Grant], *, title: str, words: str, **more: Any) -> Finding:
    names = [
        (
            _("%(who)s: %(role)s, %(where)s")
            % {"who": row.user or row.team, "role": row.role.label, "where": place_text(row)},
            reverse("access:grant", args=[row.pk]),
        )
        for row in with_names(grants)[:NAMED]
    ]
    return Finding(title, words, grants.count(), names, **more)


def _list(name: str, line: str) -> str:
    return f"{reverse(name)}?{urlencode({'q': line})}"


def summary(items: list[Finding]) -> str:
    """How many findings warn, in words."""
    count = sum(item.warns for item in items)
    if not count:
        return _("Nothing here needs action.")
    words = ngettext("%(n)d thing to check.", "%(n)d things to check.", count)
    return words % {"n": count}
