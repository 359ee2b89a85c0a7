"""The list of people."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.factors import FACTORS
from accounts.models import Membership, User
from dashboard.furniture.people import addresses, long_away, role_names, team_names, without_factor
from dashboard.live.spec import Column, ListSpec, Token, register
from dashboard.live.tokens import any_contains, matching, one_of
from hosts.access.second_factor import users_lacking_factor

SEES = "access.view"


def _in_team(value: str) -> Q:
    members = Membership.objects.filter(matching("team__name", value)).order_by()
    return Q(pk__in=members.values("user"))


def _factor(value: str) -> Q:
    none = without_factor()
    people = Q(is_active=True, kind=User.Kind.PERSON)
    return one_of("factor", "", {"on": people & ~none, "none": none}).to_q(value)


def _last_sign_in(value: str) -> Q:
    never = Q(last_login=None, kind=User.Kind.PERSON)
    return one_of("seen", "", {"never": never, "long-ago": long_away()}).to_q(value)


def _words(*known: str) -> Callable[[Any, str], list[str]]:
    def values(person: Any, typed: str) -> list[str]:
        return [word for word in known if word.startswith(typed.lower())]

    return values


def _prepare(rows: list[Any], person: Any) -> None:
    ids = [row.pk for row in rows]
    teams: dict[int, list[str]] = {}
    for membership in Membership.objects.filter(user__in=ids).select_related("team"):
        teams.setdefault(membership.user_id, []).append(membership.team.name)
    having = Authenticator.objects.filter(user__in=ids, type__in=FACTORS)
    factors = set(having.values_list("user_id", flat=True))
    without = users_lacking_factor(ids)
    for row in rows:
        row.teams = sorted(teams.get(row.pk, []))
        row.factor = row.pk in factors
        row.lacking = row.pk in without


SPEC = register(
    ListSpec(
        name="people",
        verb=SEES,
        noun=(_("person"), _("people")),
        base=lambda person: User.objects.all(),
        tokens=(
            Token(
                "person",
                _("name or address, * for any end"),
                lambda v: matching("name", v) | matching("email", v),
                addresses,
            ),
            Token("role", _("own role"), lambda v: matching("role__name", v), role_names),
            Token("team", _("team"), _in_team, team_names),
            Token("factor", _("second factor: on, none"), _factor, _words("on", "none")),
            Token(
                "seen",
                _("last sign-in: never, long-ago"),
                _last_sign_in,
                _words("never", "long-ago"),
            ),
            one_of(
                "state", _("state"), {"active": Q(is_active=True), "disabled": Q(is_active=False)}
            ),
        ),
        text=any_contains("name", "email"),
        columns=(
            Column("name", _("Name"), "name"),
            Column("middle", _("Email"), "email", rank=2),
            Column("small", _("Role"), rank=2),
            Column("words", _("Teams"), rank=2),
            Column("small", _("Second factor"), rank=3),
            Column("small", _("Last sign-in"), "-seen", rank=3),
            Column("small", _("State"), rank=2),
        ),
        sorts={
            "name": ("-is_active", "name", "id"),
            "email": ("email", "id"),
            "seen": ("last_login", "id"),
        },
        default_sort="name",
        row_template="people/row.html",
        topics=frozenset({"access", "audit"}),
        fingerprint=lambda row: (
            f"{row.name}.{row.email}.{row.role.name}.{row.teams}.{row.factor}.{row.last_login}."
            f"{row.is_active}.{row.lacking}"
        ),
        prepare=_prepare,
        empty={
            "icon": "users",
            "title": _("No people yet"),
            "hint": _("name, or role:viewer team:shop …"),
        },
    )
)
