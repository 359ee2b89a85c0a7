"""Somebody is faster by a moment: between our look and our writing. Nothing is lost, no page fails."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import actions, provider_actions, role_actions, team_actions, token_actions
from accounts.models import Identity, Role, Team, Token, User
from accounts.provider_actions import ProviderClaims, ProviderRules
from tests.cast import PASSWORD, Cast
from tests.race import just_before


def role(name: str) -> Role:
    return Role.objects.get(name=name)


def test_a_name_that_was_taken_meanwhile_is_told_at_its_field(cast: Cast, who_of: Any) -> None:
    by, who = cast.alice, who_of(cast.alice)
    in_an_hour = timezone.now() + timedelta(hours=1)
    wanted = token_actions.TokenOptions("ci", in_an_hour)
    more = role_actions.RoleOptions("night", verbs=("audit.read",))
    team = Team.objects.create(name="day")
    own = Role.objects.create(name="day", verbs=["audit.read"])
    token = {"digest": "a", "prefix": "a", "expires_at": in_an_hour, "reach": "all"}
    cases: list[tuple[str, str, Callable[[], Any], Callable[[], Any]]] = [
        (
            "accounts_team",
            "INSERT",
            lambda: Team.objects.create(name="night"),
            lambda: team_actions.make(by, who, name="night"),
        ),
        (
            "accounts_team",
            "UPDATE",
            lambda: Team.objects.create(name="late"),
            lambda: team_actions.edit(by, who, team=team, name="late", words=""),
        ),
        (
            "accounts_role",
            "INSERT",
            lambda: Role.objects.create(name="night"),
            lambda: role_actions.make(by, who, more),
        ),
        (
            "accounts_role",
            "UPDATE",
            lambda: Role.objects.create(name="late"),
            lambda: role_actions.edit(
                by, who, role_actions.RoleOptions("late", verbs=more.verbs), role=own
            ),
        ),
        (
            "accounts_token",
            "INSERT",
            lambda: Token.objects.create(user=by, name="ci", **token),
            lambda: token_actions.make(by, who, wanted, user=by),
        ),
        (
            "accounts_user",
            "INSERT",
            lambda: User.objects.create(
                email="deploy@service.invalid", name="d", role=role("member")
            ),
            lambda: token_actions.make_service(
                by, who, name="deploy", words="", role=role("member")
            ),
        ),
    ]
    for table, does, faster, slower in cases:
        before = f'{does} INTO "{table}"' if does == "INSERT" else f'{does} "{table}"'
        with just_before(before, faster), pytest.raises(ValidationError, match="with this name"):
            slower()


def test_nor_does_an_invitation_fail_whose_person_came_meanwhile(cast: Cast, who_of: Any) -> None:
    link = actions.invite(
        cast.alice, who_of(cast.alice), email="fred@example.org", role=role("viewer")
    )
    token = link.split("/")[2]

    def came() -> None:
        User.objects.create(email="fred@example.org", name="Fred", role=role("viewer"))

    with (
        just_before('INSERT INTO "accounts_user"', came),
        pytest.raises(ValidationError, match="already has an account here"),
    ):
        actions.accept_invitation(who_of(), token, name="Fred", password=PASSWORD)


def test_groups_of_a_provider_take_no_role_that_was_given_by_hand_meanwhile(
    cast: Cast, who_of: Any
) -> None:
    named = ProviderClaims(
        "company", "https://id.example.org", "b-1", "bob@example.org", True, "Bob", frozenset()
    )
    Identity.objects.create(
        user=cast.bob, provider="company", issuer=named.issuer, subject="b-1", role_given="operator"
    )
    who = who_of(cast.alice)

    def handed_over() -> None:
        actions.change_role(cast.alice, who, user=cast.bob, role=role("admin"))
        bob = User.objects.get(pk=cast.bob.pk)
        actions.change_role(bob, who_of(bob), user=cast.alice, role=role("viewer"))

    with just_before("accounts_membership", handed_over):
        provider_actions.come_in(
            who_of(), named, ProviderRules("existing", roles={"staff": "viewer"})
        )
    assert User.objects.get(pk=cast.bob.pk).role.name == "admin"
