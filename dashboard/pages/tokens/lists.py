"""The lists of tokens: a person's own, and everybody's. They show uses and revocations live."""

from dataclasses import replace
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Token as Row
from accounts.tokens import expiring, in_force, long_unused
from dashboard.furniture.people import addresses, people_like
from dashboard.live.spec import Column, ListSpec, Token, register
from dashboard.live.tokens import KEY, any_contains, matching, one_of
from dashboard.pages.tokens.rows import token_rows
from hosts.access import Person

MANAGES = "people.manage"


def _state(value: str) -> Q:
    conditions = {
        "live": in_force(),
        "soon": expiring(),
        "unused": long_unused(),
        "expired": Q(revoked_at=None, expires_at__lte=timezone.now()),
        "revoked": Q(revoked_at__isnull=False),
    }
    return one_of("state", "", conditions).to_q(value)


def _states(person: Person, typed: str) -> list[str]:
    known = ("live", "soon", "unused", "expired", "revoked")
    return [word for word in known if word.startswith(typed.lower())]


def _kind(value: str) -> Q:
    conditions = {"key": ~Q(public_key=""), "token": Q(public_key="")}
    return one_of("kind", "", conditions).to_q(value)


def _kinds(person: Person, typed: str) -> list[str]:
    return [word for word in ("key", "token") if word.startswith(typed.lower())]


def _rows(person: Person) -> QuerySet[Row]:
    # dead tokens come last
    dead = Case(When(in_force(), then=Value(0)), default=Value(1), output_field=IntegerField())
    return Row.objects.select_related("user__role", "role").annotate(dead=dead)


def _prepare(rows: list[Any], person: Person) -> None:
    told = {one.token.pk: one for one in token_rows(rows)}
    for row in rows:
        row.told, row.own = told[row.pk], False


def _prepare_own(rows: list[Any], person: Person) -> None:
    _prepare(rows, person)
    for row in rows:
        row.own = True


def _mark(row: Any) -> str:
    told = row.told
    return f"{told.state}.{row.used_at}.{row.used_from}.{told.what}.{told.where}.{row.user}"


_NAME = Column("name", _("Token"), "name")
_REST = (
    Column("words", _("Purpose"), rank=2),
    Column("middle", _("Last used"), "-used", rank=2),
    Column("small", _("Expires"), "ends"),
    Column("acts", ""),
)

TOKENS = register(
    ListSpec(
        name="tokens",
        verb=MANAGES,
        noun=(_("token"), _("tokens")),
        base=_rows,
        tokens=(
            Token(
                "person",
                _("owner"),
                lambda v: Q(user__in=people_like(v).values("pk")),
                addresses,
            ),
            Token("token", _("name, * for any end"), lambda v: matching("name", v)),
            Token("kind", _("key, token"), _kind, _kinds),
            Token("state", _("live, soon, unused, expired, revoked"), _state, _states),
            KEY,
        ),
        text=any_contains("name", "prefix", "user__name", "user__email"),
        columns=(_NAME, Column("host", _("Owner"), rank=2), *_REST),
        sorts={
            "ends": ("dead", "expires_at", "id"),
            "name": ("name", "id"),
            "used": ("used_at", "id"),
        },
        default_sort="ends",
        row_template="tokens/row.html",
        topics=frozenset({"access", "tokens"}),
        fingerprint=_mark,
        prepare=_prepare,
        empty={
            "icon": "key-round",
            "title": _("No tokens and keys yet"),
            "text": _("A token or SSH key gives a program a limited part of its owner's rights."),
            "hint": _("name, or person:ada@example.org state:unused …"),
        },
    )
)


def _own(person: Person) -> QuerySet[Row]:
    return _rows(person).filter(user=person.user)


def _everyones(person: Person) -> bool:
    return True


MINE = register(
    replace(
        TOKENS,
        name="my-tokens",
        verb="",
        personal=_everyones,
        base=_own,
        tokens=tuple(token for token in TOKENS.tokens if token.name != "person"),
        text=any_contains("name", "prefix"),
        columns=(_NAME, *_REST),
        prepare=_prepare_own,
        empty={
            "icon": "key-round",
            "title": _("You have no tokens and keys"),
            "text": _("Create one for a program: it gets a limited part of your rights."),
            "hint": _("name, or state:soon …"),
        },
    )
)
QUICK = (
    (_("All"), ""),
    (_("Active"), "state:live"),
    (_("Expires soon"), "state:soon"),
    (_("Unused"), "state:unused"),
)
