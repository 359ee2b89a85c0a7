"""The lists of teams, roles and grants."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Role, Team
from dashboard.furniture.grants import counting_on, held_by, prepare_grants
from dashboard.furniture.people import addresses, people_like, role_names, team_names
from dashboard.live.spec import Column, ListSpec, Token, register
from dashboard.live.tokens import KEY, any_contains, group_names, host_names, matching, one_of
from hosts.access import Person
from hosts.access.grant_rows import role_verbs
from hosts.actions.access.grants import with_names
from hosts.models import Grant, Host

VIEW = "access.view"


def _in_team(value: str) -> Q:
    teams = Membership.objects.filter(user__in=people_like(value)).order_by()
    return Q(pk__in=teams.values("team"))


def _teams(person: Person) -> QuerySet[Team]:
    return Team.objects.annotate(
        people=Count("memberships", distinct=True), given=Count("grants", distinct=True)
    )


TEAMS = register(
    ListSpec(
        name="teams",
        verb=VIEW,
        noun=(_("team"), _("teams")),
        base=_teams,
        tokens=(
            Token("team", _("name, * for any end"), lambda v: matching("name", v), team_names),
            Token("person", _("who is in it"), _in_team, addresses),
        ),
        text=any_contains("name", "words"),
        columns=(
            Column("name", _("Name"), "name"),
            Column("words", _("Purpose"), rank=2),
            Column("small", _("People"), rank=2, figure=True),
            Column("small", _("Grants"), rank=2, figure=True),
        ),
        sorts={"name": ("name", "id")},
        default_sort="name",
        row_template="access/team_row.html",
        topics=frozenset({"access"}),
        fingerprint=lambda row: f"{row.name}.{row.words}.{row.people}.{row.given}",
        empty={
            "icon": "users-round",
            "title": _("No teams yet"),
            "text": _(
                "A team is people who share grants. Create the team shop, add its people, and "
                "give it the role operator on the group prod: then they may run containers there."
            ),
            "hint": _("name, or person:erin@example.org …"),
        },
    )
)


def _prepare_roles(rows: list[Any], person: Person) -> None:
    for row in rows:
        names = row.verb_names()
        row.verb_count = len(names)
        row.at_places = len(role_verbs(row))


def _roles(person: Person) -> QuerySet[Role]:
    return Role.objects.annotate(
        people=Count("users", distinct=True), given=Count("grants", distinct=True)
    )


ROLES = register(
    ListSpec(
        name="roles",
        verb=VIEW,
        noun=(_("role"), _("roles")),
        base=_roles,
        tokens=(
            Token("role", _("name, * for any end"), lambda v: matching("name", v), role_names),
            one_of("kind", _("kind"), {"built-in": Q(built_in=True), "own": Q(built_in=False)}),
            Token(
                "person",
                _("whose own role it is"),
                lambda v: Q(pk__in=people_like(v).values("role")),
                addresses,
            ),
        ),
        text=any_contains("name", "words"),
        columns=(
            Column("name", _("Name"), "name"),
            Column("words", _("What it permits"), rank=2),
            Column("small", _("Verbs"), rank=3, figure=True),
            Column("small", _("People"), rank=2, figure=True),
            Column("small", _("Grants"), rank=2, figure=True),
        ),
        sorts={"made": ("id",), "name": ("name", "id")},
        default_sort="made",
        row_template="access/role_row.html",
        topics=frozenset({"access"}),
        fingerprint=lambda row: (
            f"{row.name}.{row.words}.{len(row.verb_names())}.{row.people}.{row.given}"
        ),
        prepare=_prepare_roles,
        empty={"icon": "id-card", "title": _("No roles"), "hint": _("name, or kind:own …")},
    )
)


def _ends(value: str) -> Q:
    conditions = {
        "never": Q(until=None),
        "set": Q(until__isnull=False),
        "day": Q(until__lte=timezone.now() + timedelta(days=1)),
        "week": Q(until__lte=timezone.now() + timedelta(weeks=1)),
    }
    return one_of("until", "", conditions).to_q(value)


_NARROWED = {"yes": ~Q(label="", names=""), "no": Q(label="", names="")}


GRANTS = register(
    ListSpec(
        name="grants",
        verb=VIEW,
        noun=(_("grant"), _("grants")),
        base=lambda person: with_names(Grant.objects.all()),
        tokens=(
            Token("person", _("who has it"), lambda v: held_by(people_like(v)), addresses),
            Token("team", _("team"), lambda v: matching("team__name", v), team_names),
            Token("role", _("role"), lambda v: matching("role__name", v), role_names),
            Token("group", _("group"), lambda v: matching("group__name", v), group_names),
            Token(
                "host",
                _("host where it applies"),
                lambda v: counting_on(Host.objects.filter(matching("name", v))),
                host_names,
            ),
            Token(
                "until",
                _("its end: never, set, day, week"),
                _ends,
                lambda person, typed: [
                    word for word in ("never", "set", "day", "week") if word.startswith(typed)
                ],
            ),
            one_of("narrowed", _("for some containers only"), _NARROWED),
            KEY,
        ),
        text=any_contains("team__name", "user__name", "role__name", "reason", "made_by"),
        columns=(
            Column("name", _("Who"), "who"),
            Column("small", _("Role"), rank=2),
            Column("middle", _("Where"), rank=2),
            Column("small", _("Until"), "until", rank=2),
            Column("words", _("Why"), rank=3),
        ),
        sorts={
            "given": ("id",),
            "until": ("until", "id"),
            "who": ("team__name", "user__name", "id"),
        },
        default_sort="-given",
        row_template="access/grant_row.html",
        topics=frozenset({"access"}),
        fingerprint=lambda row: (
            f"{row.team or row.user}.{row.role.name}.{row.place}.{row.until}.{row.reason}.{row.over}"
        ),
        prepare=prepare_grants,
        empty={
            "icon": "key-round",
            "title": _("No grants yet"),
            "text": _(
                "A grant says who has which role where: the team shop may run containers on the "
                "group prod, or erin may view one host until tonight. Without grants, people have "
                "what their own role permits, on every host."
            ),
            "hint": _("team:shop role:operator host:web1 until:day …"),
        },
    )
)
