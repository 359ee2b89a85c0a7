"""Changes to people: who may make them, what they bring, that one administrator always stays."""

from typing import Any

import pytest

from accounts import actions, epoch
from accounts.errors import LastAdmin, LinkDead, NotPermitted
from accounts.models import Role, User
from tests.cast import PASSWORD, Cast

NEW = "a whole new secret of mine"


def role(name: str) -> Role:
    return Role.objects.get(name=name)


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_role_is_changed_with_its_entry(cast: Cast, who_of: Any, entries: Any) -> None:
    actions.change_role(cast.alice, who_of(cast.alice), user=cast.charlie, role=role("operator"))
    assert again(cast.charlie).role.name == "operator"
    [entry] = entries("people.role")
    assert (entry.who_name, entry.target_name) == ("Alice", "Charlie")
    assert entry.params == {"before": {"role": "viewer"}, "after": {"role": "operator"}}


def test_the_last_administrator_stays_one(cast: Cast, who_of: Any) -> None:
    with pytest.raises(LastAdmin):
        actions.change_role(cast.alice, who_of(cast.alice), user=cast.alice, role=role("viewer"))
    with pytest.raises(LastAdmin):
        actions.disable(cast.alice, who_of(cast.alice), user=cast.alice)
    assert again(cast.alice).has_verb("people.manage")


def test_a_disabled_administrator_does_not_count(cast: Cast, who_of: Any) -> None:
    actions.change_role(cast.alice, who_of(cast.alice), user=cast.dave, role=role("admin"))
    with pytest.raises(LastAdmin):
        actions.disable(cast.alice, who_of(cast.alice), user=cast.alice)


def test_with_a_second_one_the_first_may_go(cast: Cast, who_of: Any) -> None:
    actions.change_role(cast.alice, who_of(cast.alice), user=cast.bob, role=role("admin"))
    actions.disable(again(cast.bob), who_of(cast.bob), user=cast.alice)
    assert not again(cast.alice).is_active


@pytest.mark.parametrize("name", ["bob", "charlie", "dave"])
def test_nobody_else_changes_people(cast: Cast, who_of: Any, entries: Any, name: str) -> None:
    by = getattr(cast, name)
    who = who_of(by)
    for attempt in (
        lambda: actions.invite(by, who, email="erin@example.org", role=role("viewer")),
        lambda: actions.change_role(by, who, user=by, role=role("admin")),
        lambda: actions.disable(by, who, user=cast.alice),
        lambda: actions.enable(by, who, user=cast.dave),
        lambda: actions.make_reset_link(by, who, user=cast.alice),
        lambda: actions.remove_second_factor(by, who, user=cast.alice),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    refusals = entries("people.manage")
    assert {entry.kind for entry in refusals} == {"refusal"}
    assert {entry.target_name for entry in refusals} >= {"Alice", "erin@example.org"}
    assert again(cast.alice).is_active
    assert not again(cast.dave).is_active


def test_nobody_hands_out_more_than_they_have(cast: Cast, who_of: Any) -> None:
    helper = Role.objects.create(name="helper", verbs=["people.manage", "host.view"])
    User.objects.filter(pk=cast.bob.pk).update(role=helper)
    bob = again(cast.bob)
    with pytest.raises(NotPermitted):
        actions.change_role(bob, who_of(bob), user=cast.charlie, role=role("admin"))
    with pytest.raises(NotPermitted):
        actions.make_reset_link(bob, who_of(bob), user=cast.alice)


def test_disabling_and_enabling(cast: Cast, who_of: Any, entries: Any) -> None:
    actions.disable(cast.alice, who_of(cast.alice), user=cast.bob)
    assert not again(cast.bob).is_active
    actions.enable(cast.alice, who_of(cast.alice), user=cast.bob)
    assert again(cast.bob).is_active
    assert len(entries("people.disable")) == len(entries("people.enable")) == 1


def test_every_change_of_rights_raises_the_epoch(cast: Cast, who_of: Any) -> None:
    seen = [epoch.current()]
    who = who_of(cast.alice)
    for change in (
        lambda: actions.change_role(cast.alice, who, user=cast.bob, role=role("viewer")),
        lambda: actions.disable(cast.alice, who, user=cast.bob),
        lambda: actions.enable(cast.alice, who, user=cast.bob),
    ):
        change()
        seen.append(epoch.current())
    assert seen == [0, 1, 2, 3]


def test_a_reset_link_sets_a_new_password_once(cast: Cast, who_of: Any, entries: Any) -> None:
    token = actions.make_reset_link(cast.alice, who_of(cast.alice), user=cast.bob).split("/")[2]
    assert again(cast.bob).check_password(PASSWORD)
    actions.reset_password(who_of(), token, password=NEW)
    assert again(cast.bob).check_password(NEW)
    with pytest.raises(LinkDead):
        actions.reset_password(who_of(), token, password=PASSWORD)
    assert [entry.who_name for entry in entries("people.reset")] == ["Bob"]


def test_a_reset_link_dies_when_its_person_is_disabled(cast: Cast, who_of: Any) -> None:
    token = actions.make_reset_link(cast.alice, who_of(cast.alice), user=cast.bob).split("/")[2]
    actions.disable(cast.alice, who_of(cast.alice), user=cast.bob)
    actions.enable(cast.alice, who_of(cast.alice), user=cast.bob)
    with pytest.raises(LinkDead):
        actions.reset_password(who_of(), token, password=NEW)


def test_a_reset_link_is_worth_no_more_than_its_maker(cast: Cast, who_of: Any) -> None:
    """Kept until its person holds more, or until the right to make it is lost, it opens nothing."""
    manager = Role.objects.create(name="manager", verbs=["people.manage", "host.view"])
    User.objects.filter(pk=cast.bob.pk).update(role=manager)
    User.objects.filter(pk=cast.charlie.pk).update(role=role("member"))
    bob, charlie = again(cast.bob), again(cast.charlie)

    def link() -> str:
        return actions.make_reset_link(bob, who_of(bob), user=charlie).split("/")[2]

    token = link()
    actions.change_role(cast.alice, who_of(cast.alice), user=charlie, role=role("admin"))
    with pytest.raises(LinkDead):
        actions.reset_password(who_of(), token, password=NEW)
    actions.change_role(cast.alice, who_of(cast.alice), user=charlie, role=role("member"))
    for lost in (
        lambda: actions.disable(cast.alice, who_of(cast.alice), user=bob),
        lambda: actions.change_role(cast.alice, who_of(cast.alice), user=bob, role=role("member")),
    ):
        User.objects.filter(pk=bob.pk).update(role=manager, is_active=True)
        token = link()
        lost()
        with pytest.raises(LinkDead):
            actions.reset_password(who_of(), token, password=NEW)
    assert again(charlie).check_password(PASSWORD)


def test_ones_own_name(cast: Cast, who_of: Any, entries: Any) -> None:
    actions.rename(cast.charlie, who_of(cast.charlie), name=" Charles ")
    assert again(cast.charlie).name == "Charles"
    [entry] = entries("people.rename")
    assert entry.params == {"before": {"name": "Charlie"}, "after": {"name": "Charles"}}
