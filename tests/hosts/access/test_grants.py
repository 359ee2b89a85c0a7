"""Giving and taking: who may, what cannot be, what stands in the log, that it counts at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import actions, epoch, team_actions
from accounts.errors import LinkDead, NotPermitted
from accounts.models import Membership, Role, User
from hosts.access import Denied, NotVisible, Person, Scope, allows
from hosts.actions.access import grants
from hosts.actions.access.grant_options import GrantOptions
from hosts.models import Grant
from hosts.refusals import FieldRefusal
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.two_teams import Fleet

SEES = ["access.view", "container.view", "host.view"]


def role(name: str) -> Role:
    return Role.objects.get(name=name)


def keeper_of(user: User, *verbs: str) -> Any:
    """The person with a role of these verbs and access.edit."""
    Role.objects.filter(name="keeper").delete()
    keeper = Role.objects.create(name="keeper", verbs=["access.edit", "access.view", *verbs])
    User.objects.filter(pk=user.pk).update(role=keeper)
    return person_of(user)


def test_it_is_given_and_taken(fleet: Fleet, cast: Cast, entries: Any) -> None:
    alice, until = person_of(cast.alice), timezone.now() + timedelta(days=1)
    wanted = GrantOptions(
        role("operator"),
        team=fleet.team,
        host=fleet.web1,
        label=" app=shop ",
        until=until,
        reason="they run it",
    )
    grant = grants.give(alice, wanted)
    Membership.objects.create(team=fleet.team, user=fleet.erin)
    shop = fleet.container(fleet.root1, "shop-1")
    assert allows(fleet.person(), "container.stop", fleet.root1, shop)
    assert grants.revoke(alice, grant.pk) == "shop"
    assert not allows(fleet.person(), "container.stop", fleet.root1, shop)
    given, taken = entries("access.grant")
    assert given.params == {
        "given": True,
        "team": "shop",
        "role": "operator",
        "host": "web1",
        "label": "app=shop",
        "until": until.isoformat(timespec="seconds"),
        "reason": "they run it",
    }
    assert (given.target_name, given.host_id) == ("operator to shop", fleet.web1.pk)
    assert (taken.params["taken"], taken.who_name) == (True, "Alice")


def test_each_change_counts_at_once(fleet: Fleet, cast: Cast) -> None:
    alice, seen = person_of(cast.alice), epoch.current()
    grant = grants.give(alice, GrantOptions(role("viewer"), user=fleet.erin))
    grants.change(alice, grant.pk, until=None, reason="")
    assert epoch.current() == seen + 1
    grants.change(alice, grant.pk, until=None, reason="why")
    grants.revoke(alice, grant.pk)
    assert epoch.current() == seen + 3


def test_its_end_and_reason_can_be_others(fleet: Fleet, cast: Cast, entries: Any) -> None:
    alice = person_of(cast.alice)
    grant = grants.give(alice, GrantOptions(role("viewer"), user=fleet.erin))
    until = timezone.now() + timedelta(hours=1)
    grants.change(alice, grant.pk, until=until, reason="for the night")
    grant.refresh_from_db()
    assert (grant.until, grant.reason) == (until, "for the night")
    assert entries("access.grant")[-1].params["before"] == {"until": None, "reason": ""}
    with pytest.raises(FieldRefusal) as refused:
        grants.change(alice, grant.pk, until=timezone.now() - timedelta(hours=1), reason="")
    assert refused.value.field == "until"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "to"),
        ({"user": "erin", "team": "team"}, "to"),
        ({"user": "dave"}, "to"),
        ({"user": "erin", "host": "web1", "group": "prod"}, "where"),
        ({"user": "erin", "label": "=shop"}, "label"),
        ({"user": "erin", "label": " =shop"}, "label"),
        ({"user": "erin", "label": "a\0b"}, "label"),
        ({"user": "erin", "names": "a\0"}, "names"),
        ({"user": "erin", "names": "*a*b*c*"}, "names"),
        ({"user": "erin", "role": "member"}, "role"),
        ({"user": "erin", "role": "site"}, "role"),
        ({"user": "erin", "role": "blind"}, "role"),
        ({"user": "erin", "role": "hosts", "label": "app"}, "role"),
        ({"user": "erin", "until": "past"}, "until"),
    ],
)
def test_a_grant_on_nothing_is_refused(
    fleet: Fleet, cast: Cast, fields: dict[str, str], wrong: str
) -> None:
    Role.objects.create(name="site", verbs=["access.view", "people.manage"])
    Role.objects.create(name="blind", verbs=["container.view"])
    Role.objects.create(name="hosts", verbs=["host.view"])
    given: dict[str, Any] = {"role": role(fields.get("role", "viewer"))}
    for name, value in fields.items():
        if name == "until":
            given[name] = timezone.now() - timedelta(seconds=1)
        elif name != "role":
            given[name] = getattr(fleet, value, None) or getattr(cast, value, None) or value
    with pytest.raises(FieldRefusal) as refused:
        grants.give(person_of(cast.alice), GrantOptions(**given))
    assert refused.value.field == wrong
    assert not Grant.objects.exists()


def test_the_same_twice_is_refused(fleet: Fleet, cast: Cast) -> None:
    alice, wanted = person_of(cast.alice), GrantOptions(role("viewer"), user=fleet.erin, names="a*")
    grants.give(alice, wanted)
    with pytest.raises(FieldRefusal, match="already have exactly this"):
        grants.give(alice, GrantOptions(role("viewer"), user=fleet.erin, names="a**"))
    grants.give(alice, GrantOptions(role("viewer"), user=fleet.erin, names="b*"))


def test_nobody_else_gives_or_takes(fleet: Fleet, cast: Cast, entries: Any) -> None:
    grant = fleet.grant("viewer")
    fleet.grant("admin")
    for user in (cast.bob, cast.charlie, cast.dave, fleet.erin):
        person = person_of(user)
        for attempt in (
            lambda person=person: grants.give(
                person, GrantOptions(role("viewer"), user=person.user)
            ),
            lambda person=person: grants.revoke(person, grant.pk),
            lambda person=person: grants.revoke(person, 10**6),
            lambda person=person: grants.change(person, grant.pk, until=None, reason=""),
        ):
            with pytest.raises(Denied):
                attempt()
    assert Grant.objects.count() == 2
    assert {entry.kind for entry in entries("access.edit")} == {"refusal"}
    assert entries("access.grant") == []


def test_a_token_without_the_verb_gives_nothing(fleet: Fleet, cast: Cast) -> None:
    alice = person_of(cast.alice)
    limited = Person(alice.user, alice.who, Scope(verbs=frozenset({"access.view"})))
    with pytest.raises(Denied):
        grants.give(limited, GrantOptions(role("viewer"), user=fleet.erin))


def test_nobody_gives_more_than_they_hold_everywhere(
    fleet: Fleet, cast: Cast, entries: Any
) -> None:
    keeper = keeper_of(cast.bob, *SEES)
    looks = Role.objects.create(name="looks", verbs=SEES)
    for wanted in (
        GrantOptions(role("operator"), user=keeper.user),
        GrantOptions(role("viewer"), user=fleet.erin),
    ):
        with pytest.raises(Denied):
            grants.give(keeper, wanted)
    assert "more than they hold everywhere" in entries("access.edit")[0].detail
    grants.give(keeper, GrantOptions(looks, user=fleet.erin))
    # what they hold at one place alone they cannot hand on
    fleet.grant("operator", user=keeper.user, host=fleet.web1)
    with pytest.raises(Denied):
        grants.give(
            person_of(cast.bob), GrantOptions(role("operator"), user=fleet.erin, host=fleet.web1)
        )
    fleet.grant("operator", user=keeper.user)
    grants.give(
        person_of(cast.bob), GrantOptions(role("operator"), user=fleet.erin, host=fleet.web1)
    )


def test_nobody_touches_what_is_above_them(fleet: Fleet, cast: Cast) -> None:
    keeper = keeper_of(cast.bob, *SEES)
    looks = Role.objects.create(name="looks", verbs=SEES)
    above, aside = fleet.grant("operator"), fleet.grant("looks", user=cast.alice)
    for grant in (above, aside):
        with pytest.raises(Denied):
            grants.revoke(keeper, grant.pk)
    with pytest.raises(Denied):
        grants.give(keeper, GrantOptions(looks, user=cast.alice, host=fleet.web1))
    with pytest.raises(NotVisible):
        grants.revoke(keeper, 10**6)


def test_nobody_takes_over_whom_grants_lift_above_them(
    fleet: Fleet, cast: Cast, who_of: Any
) -> None:
    manager = Role.objects.create(name="manager", verbs=["people.manage", *SEES])
    User.objects.filter(pk=cast.bob.pk).update(role=manager)
    bob = User.objects.get(pk=cast.bob.pk)
    early = actions.make_reset_link(bob, who_of(bob), user=fleet.erin).split("/")[2]
    fleet.grant("operator", host=fleet.web1, label="app=shop")
    with pytest.raises(LinkDead):
        actions.reset_password(who_of(), early, password="a long enough password")
    bob = User.objects.get(pk=cast.bob.pk)
    for attempt in (
        lambda: actions.make_reset_link(bob, who_of(bob), user=fleet.erin),
        lambda: actions.remove_second_factor(bob, who_of(bob), user=fleet.erin),
        lambda: actions.enable(bob, who_of(bob), user=fleet.erin),
    ):
        with pytest.raises(NotPermitted):
            attempt()


def test_nobody_lets_themselves_into_a_team_above_them(
    fleet: Fleet, cast: Cast, who_of: Any
) -> None:
    fleet.grant("operator", team=fleet.team, host=fleet.web1)
    keeper = keeper_of(cast.bob, *SEES)
    with pytest.raises(NotPermitted):
        team_actions.add_member(keeper.user, keeper.who, team=fleet.team, user=keeper.user)
    team_actions.add_member(cast.alice, who_of(cast.alice), team=fleet.team, user=fleet.erin)


def test_a_team_or_host_that_goes_takes_its_grants_along(fleet: Fleet) -> None:
    fleet.grant(team=fleet.team)
    fleet.grant(host=fleet.web1)
    fleet.grant(group=fleet.prod)
    fleet.grant(endpoint=fleet.root2)
    fleet.team.delete()
    fleet.web1.delete()
    fleet.prod.delete()
    fleet.root2.delete()
    assert not Grant.objects.exists()
