"""Roles of one's own: what they may hold, who may change them, that one in use stays."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts import actions, epoch, role_actions
from accounts.errors import AccountsError, NotPermitted
from accounts.models import Role, User
from accounts.role_actions import RoleOptions
from tests.cast import Cast

SEES = ("container.view", "host.view")


def problems(problem: pytest.ExceptionInfo[ValidationError]) -> str:
    return " ".join(problem.value.messages)


def test_a_role_is_made_of_a_copy_and_changed(cast: Cast, who_of: Any, entries: Any) -> None:
    by, who = cast.alice, who_of(cast.alice)
    wanted = role_actions.copy_of(Role.objects.get(name="viewer"))
    assert wanted.name == "viewer-2"
    role = role_actions.make(by, who, wanted)
    assert role.verb_names() == Role.objects.get(name="viewer").verb_names()
    role_actions.edit(by, who, RoleOptions("looks", "only looks", SEES), role=role)
    role.refresh_from_db()
    assert (role.name, role.verb_names()) == ("looks", frozenset(SEES))
    made, edited = entries("access.role")
    assert made.params["made"] is True
    assert edited.params["before"]["name"] == "viewer-2"
    assert "container.logs" in edited.params["left"]
    assert edited.params["added"] == []


def test_verbs_that_lack_others_are_named_with_what_is_missing(cast: Cast, who_of: Any) -> None:
    with pytest.raises(ValidationError) as problem:
        role_actions.make(
            cast.alice, who_of(cast.alice), RoleOptions("odd", "", ("container.exec",))
        )
    assert "“Open terminals” has no effect without" in problems(problem)
    assert "“See containers”, “See hosts”" in problems(problem)


@pytest.mark.parametrize(("verbs", "words"), [((), "at least one"), (("container.fly",), "fly")])
def test_no_verbs_and_unknown_ones(cast: Cast, who_of: Any, verbs: Any, words: str) -> None:
    with pytest.raises(ValidationError) as problem:
        role_actions.make(cast.alice, who_of(cast.alice), RoleOptions("odd", "", verbs))
    assert list(problem.value.message_dict) == ["verbs"]
    assert words in problems(problem)
    assert not Role.objects.filter(name="odd").exists()


@pytest.mark.parametrize("name", ["", "Admin", "two words", "admin", "a" * 51])
def test_names_that_cannot_be(cast: Cast, who_of: Any, name: str) -> None:
    with pytest.raises(ValidationError) as problem:
        role_actions.make(cast.alice, who_of(cast.alice), RoleOptions(name, "", SEES))
    assert list(problem.value.message_dict) == ["name"]


@pytest.mark.parametrize("name", ["viewer", "operator", "admin", "auditor", "member"])
def test_the_built_in_ones_stay_as_they_are(cast: Cast, who_of: Any, name: str) -> None:
    role = Role.objects.get(name=name)
    with pytest.raises(AccountsError, match="is built in"):
        role_actions.edit(cast.alice, who_of(cast.alice), RoleOptions("other", "", SEES), role=role)
    with pytest.raises(AccountsError, match="is built in"):
        role_actions.remove(cast.alice, who_of(cast.alice), role=role)
    assert Role.objects.filter(name=name, built_in=True).exists()


def test_one_in_use_stays_and_says_by_whom(cast: Cast, who_of: Any) -> None:
    by, who = cast.alice, who_of(cast.alice)
    role = Role.objects.create(name="looks", verbs=list(SEES))
    actions.change_role(by, who, user=cast.bob, role=role)
    actions.invite(by, who, email="erin@example.org", role=role)
    with pytest.raises(AccountsError) as trouble:
        role_actions.remove(by, who, role=role)
    assert "looks is in use: Bob, an invitation for erin@example.org." in str(trouble.value)
    actions.change_role(by, who, user=cast.bob, role=Role.objects.get(name="viewer"))
    with pytest.raises(AccountsError, match="an invitation"):
        role_actions.remove(by, who, role=role)


def test_one_that_nobody_has_goes_though_it_was_in_an_old_invitation(
    cast: Cast, who_of: Any, entries: Any
) -> None:
    by, who = cast.alice, who_of(cast.alice)
    role = Role.objects.create(name="looks", verbs=list(SEES))
    path = actions.invite(by, who, email="erin@example.org", role=role)
    actions.accept_invitation(who, path.split("/")[2], name="Erin", password="a new secret of ours")
    erin = User.objects.get(email="erin@example.org")
    actions.change_role(by, who, user=erin, role=Role.objects.get(name="member"))
    role_actions.remove(by, who, role=role)
    assert not Role.objects.filter(name="looks").exists()
    assert entries("access.role")[-1].params == {"removed": True, "verbs": sorted(SEES)}


def test_nobody_touches_a_role_above_their_own(cast: Cast, who_of: Any) -> None:
    keeper = Role.objects.create(name="keeper", verbs=["access.edit", "access.view", *SEES])
    strong = Role.objects.create(name="strong", verbs=[*SEES, "container.exec"])
    User.objects.filter(pk=cast.bob.pk).update(role=keeper)
    bob = User.objects.get(pk=cast.bob.pk)
    who = who_of(bob)
    for attempt in (
        lambda: role_actions.make(bob, who, RoleOptions("mine", "", (*SEES, "container.exec"))),
        lambda: role_actions.edit(bob, who, RoleOptions("strong", "", SEES), role=strong),
        lambda: role_actions.edit(
            bob, who, RoleOptions("keeper", "", (*SEES, "container.exec")), role=keeper
        ),
        lambda: role_actions.remove(bob, who, role=strong),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    role_actions.make(bob, who, RoleOptions("mine", "", SEES))
    strong.refresh_from_db()
    assert "container.exec" in strong.verbs
    assert bob.role.verb_names() == set(keeper.verbs)


def test_a_change_counts_at_once(cast: Cast, who_of: Any) -> None:
    by, who = cast.alice, who_of(cast.alice)
    role = role_actions.make(by, who, RoleOptions("looks", "", SEES))
    seen = epoch.current()
    role_actions.edit(by, who, RoleOptions("looks", "", SEES), role=role)
    assert epoch.current() == seen
    role_actions.edit(by, who, RoleOptions("looks", "", ("host.view",)), role=role)
    assert epoch.current() == seen + 1
