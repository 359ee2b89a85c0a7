"""Teams: who may change them and let people in, what stands in the log, what an invitation brings."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts import actions, epoch, team_actions
from accounts.errors import AccountsError, NotPermitted
from accounts.models import Membership, Role, Team, User
from accounts.provider_actions import ProviderClaims, ProviderRules, come_in
from tests.cast import Cast

NEW = "a whole new secret of mine"


@pytest.fixture
def team(cast: Cast) -> Team:
    return Team.objects.create(name="shop")


def names(team: Team) -> list[str]:
    return sorted(str(one.user) for one in team.memberships.all())


def test_a_team_is_made_changed_and_removed(cast: Cast, who_of: Any, entries: Any) -> None:
    by, who = cast.alice, who_of(cast.alice)
    team = team_actions.make(by, who, name="shop", words="the web shop")
    team_actions.edit(by, who, team=team, name="shops", words="")
    team_actions.add_member(by, who, team=team, user=cast.charlie)
    team_actions.remove(by, who, team=team)
    made, edited, let_in, removed = entries("access.team")
    assert made.params == {"made": True, "words": "the web shop"}
    assert edited.params == {
        "before": {"name": "shop", "words": "the web shop"},
        "after": {"name": "shops", "words": ""},
    }
    assert (let_in.target_name, let_in.params) == ("shops", {"let_in": "Charlie"})
    assert removed.params == {"removed": True, "people": ["Charlie"], "grants": 0}
    assert not Team.objects.exists()
    assert User.objects.filter(pk=cast.charlie.pk).exists()


@pytest.mark.parametrize("name", ["", "two words", "Shop", "-shop", "shop/eu", "s" * 51, "läden"])
def test_names_that_cannot_be(cast: Cast, who_of: Any, name: str) -> None:
    with pytest.raises(ValidationError) as problem:
        team_actions.make(cast.alice, who_of(cast.alice), name=name)
    assert list(problem.value.message_dict) == ["name"]


def test_a_name_is_one_teams(team: Team, cast: Cast, who_of: Any) -> None:
    with pytest.raises(ValidationError, match="with this name"):
        team_actions.make(cast.alice, who_of(cast.alice), name="shop")


def test_nobody_else_changes_teams(team: Team, cast: Cast, who_of: Any, entries: Any) -> None:
    for by in (cast.bob, cast.charlie, cast.dave):
        who = who_of(by)
        for attempt in (
            lambda by=by, who=who: team_actions.make(by, who, name="mine"),
            lambda by=by, who=who: team_actions.edit(by, who, team=team, name="mine", words=""),
            lambda by=by, who=who: team_actions.remove(by, who, team=team),
            lambda by=by, who=who: team_actions.add_member(by, who, team=team, user=by),
            lambda by=by, who=who: team_actions.set_owner(by, who, team=team, user=by, owner=True),
        ):
            with pytest.raises(NotPermitted):
                attempt()
    assert (names(team), Team.objects.count()) == ([], 1)
    assert {entry.kind for entry in entries("access.edit")} == {"refusal"}


def test_owners_let_people_in_and_out_and_no_more(team: Team, cast: Cast, who_of: Any) -> None:
    Membership.objects.create(team=team, user=cast.bob, owner=True)
    by, who = cast.bob, who_of(cast.bob)
    team_actions.add_member(by, who, team=team, user=cast.charlie)
    assert names(team) == ["Bob", "Charlie"]
    team_actions.remove_member(by, who, team=team, user=cast.charlie)
    assert names(team) == ["Bob"]
    with pytest.raises(NotPermitted):
        team_actions.edit(by, who, team=team, name="mine", words="")
    with pytest.raises(NotPermitted):
        team_actions.set_owner(by, who, team=team, user=cast.charlie, owner=True)
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    with pytest.raises(NotPermitted):
        team_actions.add_member(User.objects.get(pk=by.pk), who, team=team, user=cast.charlie)


def test_a_disabled_person_is_not_let_in(team: Team, cast: Cast, who_of: Any) -> None:
    with pytest.raises(AccountsError, match="Dave is disabled"):
        team_actions.add_member(cast.alice, who_of(cast.alice), team=team, user=cast.dave)


def test_what_a_provider_gave_only_it_takes_back(team: Team, cast: Cast, who_of: Any) -> None:
    Membership.objects.create(team=team, user=cast.bob, given_by="corp")
    with pytest.raises(AccountsError, match="through groups of corp"):
        team_actions.remove_member(cast.alice, who_of(cast.alice), team=team, user=cast.bob)
    assert names(team) == ["Bob"]


def test_changes_count_at_once(team: Team, cast: Cast, who_of: Any) -> None:
    by, who = cast.alice, who_of(cast.alice)
    seen = epoch.current()
    team_actions.add_member(by, who, team=team, user=cast.bob)
    team_actions.add_member(by, who, team=team, user=cast.bob)
    team_actions.remove_member(by, who, team=team, user=cast.bob)
    team_actions.remove_member(by, who, team=team, user=cast.bob)
    assert epoch.current() == seen + 2


def test_an_invitation_brings_teams_along(
    team: Team, cast: Cast, who_of: Any, entries: Any
) -> None:
    gone = Team.objects.create(name="gone")
    member = Role.objects.get(name="member")
    path = actions.invite(
        cast.alice, who_of(cast.alice), email="e@example.org", role=member, teams=[team, gone]
    )
    gone.delete()
    user = actions.accept_invitation(who_of(), path.split("/")[2], name="Erin", password=NEW)
    assert names(team) == ["Erin"]
    assert user.role == member
    [invited] = entries("people.invite")
    assert invited.params["teams"] == ["shop", "gone"]
    [accepted] = entries("people.accept")
    assert accepted.params["teams"] == ["shop"]


def test_who_may_not_let_in_may_not_invite_into_a_team(team: Team, cast: Cast, who_of: Any) -> None:
    keeper = Role.objects.create(name="keeper", verbs=["people.manage", "access.view"])
    member = Role.objects.get(name="member")
    User.objects.filter(pk=cast.bob.pk).update(role=keeper)
    bob = User.objects.get(pk=cast.bob.pk)
    actions.invite(bob, who_of(bob), email="e@example.org", role=member)
    with pytest.raises(NotPermitted):
        actions.invite(bob, who_of(bob), email="f@example.org", role=member, teams=[team])


def test_it_does_so_for_who_comes_by_a_provider_too(
    team: Team, cast: Cast, who_of: Any, entries: Any
) -> None:
    member = Role.objects.get(name="member")
    actions.invite(cast.alice, who_of(cast.alice), email="e@example.org", role=member, teams=[team])
    named = ProviderClaims(
        provider="corp",
        issuer="https://corp.example",
        subject="1",
        email="e@example.org",
        email_verified=True,
        name="Erin",
        groups=frozenset(),
    )
    user = come_in(who_of(), named, ProviderRules("invited"))
    assert (names(team), user.role) == (["Erin"], member)
    assert entries("people.accept")[0].params["teams"] == ["shop"]
    # nothing of it came by the provider, so the provider takes nothing of it back
    come_in(who_of(), named, ProviderRules("invited"))
    assert names(team) == ["Erin"]
