"""The preview says what a change of access changes, for whom, and leaves nothing behind."""

from typing import Any

from accounts import actions, role_actions, team_actions
from accounts.models import Membership, Role, User
from accounts.role_actions import RoleOptions as WantedRole
from audit.models import Entry
from hosts.access import preview as previews
from hosts.access.preview import Preview, preview
from hosts.actions.access import grants
from hosts.actions.access.grant_options import GrantOptions
from hosts.actions.hosts import edit_group
from hosts.models import Grant
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.two_teams import Fleet


def said(found: Preview) -> dict[str, dict[str, list[tuple[tuple[str, ...], str]]]]:
    """{person: {"gains": [(place, only)], "losses": …}}; a place is named only with the verb stop."""

    def pieces(those: Any) -> list[tuple[tuple[str, ...], str]]:
        return [(one.place, one.only) for one in those if "container.stop" in one.verbs]

    return {
        str(one.user): {"gains": pieces(one.gains), "losses": pieces(one.losses)}
        for one in found.differences
    }


def give(fleet: Fleet, cast: Cast, **fields: Any) -> Preview:
    wanted = GrantOptions(
        **{"role": Role.objects.get(name="operator"), "user": fleet.erin, **fields}
    )
    return preview(lambda: grants.give(person_of(cast.alice), wanted), [fleet.erin.pk])


def test_a_grant_says_what_is_gained_and_stays_out_of_the_database(
    fleet: Fleet, cast: Cast
) -> None:
    entries = Entry.objects.count()
    found = give(fleet, cast, host=fleet.web1)
    assert said(found) == {"Erin": {"gains": [(("web1",), "")], "losses": []}}
    assert (Grant.objects.count(), Entry.objects.count()) == (0, entries)
    [piece] = found.differences[0].gains
    assert "container.exec" in {verb.name for verb in piece.sensitive}
    assert "container.view" in {verb.name for verb in piece.plain}


def test_each_kind_of_place_has_its_name(fleet: Fleet, cast: Cast) -> None:
    for fields, place, only in (
        ({}, (), ""),
        ({"group": fleet.prod}, ("web1",), ""),
        ({"endpoint": fleet.root1}, ("web1/root",), ""),
        ({"host": fleet.web2, "label": "app=shop"}, ("web2",), "label:app=shop"),
        ({"names": "shop-*"}, (), "name:shop-*"),
    ):
        assert said(give(fleet, cast, **fields))["Erin"]["gains"] == [(place, only)], fields


def test_what_they_hold_already_is_no_gain(fleet: Fleet, cast: Cast) -> None:
    fleet.grant("operator", group=fleet.prod)
    assert said(give(fleet, cast, host=fleet.web1)) == {}
    assert said(give(fleet, cast, host=fleet.web1, label="app=shop")) == {}
    assert said(give(fleet, cast, host=fleet.web2))["Erin"]["gains"] == [(("web2",), "")]
    fleet.grant("operator", host=fleet.web2, label="app=shop")
    assert said(give(fleet, cast, endpoint=fleet.root2, label="app=shop")) == {}
    assert said(give(fleet, cast, label="app=bank"))["Erin"]["gains"] == [((), "label:app=bank")]


def test_taking_one_says_what_is_lost(fleet: Fleet, cast: Cast) -> None:
    fleet.grant("operator", host=fleet.web2)
    grant = fleet.grant("operator", group=fleet.prod)
    alice = person_of(cast.alice)
    found = preview(lambda: grants.revoke(alice, grant.pk), [fleet.erin.pk])
    assert said(found) == {"Erin": {"gains": [], "losses": [(("web1",), "")]}}
    assert Grant.objects.count() == 2
    same = fleet.grant("operator", host=fleet.web2)
    assert said(preview(lambda: grants.revoke(alice, same.pk), [fleet.erin.pk])) == {}


def test_a_team_concerns_its_people(fleet: Fleet, cast: Cast) -> None:
    fleet.grant("operator", team=fleet.team, host=fleet.web1)
    Membership.objects.create(team=fleet.team, user=fleet.erin)
    by, who = cast.alice, person_of(cast.alice).who
    people = previews.people_of_team(fleet.team.pk)
    assert people == {fleet.erin.pk}
    lost = {"gains": [], "losses": [(("web1",), "")]}
    out = preview(
        lambda: team_actions.remove_member(by, who, team=fleet.team, user=fleet.erin), people
    )
    assert said(out) == {"Erin": lost}
    team = type(fleet.team).objects.get(pk=fleet.team.pk)
    assert said(preview(lambda: team_actions.remove(by, who, team=team), people)) == {"Erin": lost}


def test_a_role_concerns_who_has_it_by_whatever_way(fleet: Fleet, cast: Cast) -> None:
    verbs = ["host.view", "container.view", "container.stop"]
    role = Role.objects.create(name="stops", verbs=verbs)
    User.objects.filter(pk=cast.charlie.pk).update(role=role)
    fleet.grant("stops", user=cast.dave, host=fleet.web1)
    fleet.grant("stops", team=fleet.team, host=fleet.web2)
    Membership.objects.create(team=fleet.team, user=fleet.erin)
    people = previews.people_with_role(role.pk)
    assert people == {cast.charlie.pk, cast.dave.pk, fleet.erin.pk}
    wanted = WantedRole("stops", "", tuple(verbs[:2]))
    who = person_of(cast.alice).who
    found = preview(lambda: role_actions.edit(cast.alice, who, wanted, role=role), people)
    # dave is disabled and holds nothing now
    assert said(found) == {
        "Charlie": {"gains": [], "losses": [((), "")]},
        "Erin": {"gains": [], "losses": [(("web2",), "")]},
    }


def test_a_group_concerns_who_holds_something_on_it(fleet: Fleet, cast: Cast) -> None:
    fleet.grant("operator", group=fleet.prod)
    people = previews.people_on_group(fleet.prod)
    assert people == {fleet.erin.pk}

    def change() -> None:
        edit_group.edit(
            person_of(cast.alice), fleet.prod.pk, name="prod", notes="", host_ids=[fleet.web2.pk]
        )

    gains_and_losses = {"gains": [(("web2",), "")], "losses": [(("web1",), "")]}
    assert said(preview(change, people)) == {"Erin": gains_and_losses}


def test_verbs_about_the_site_are_said_too(fleet: Fleet, cast: Cast) -> None:
    who = person_of(cast.alice).who
    admin = Role.objects.get(name="admin")
    found = preview(
        lambda: actions.change_role(cast.alice, who, user=fleet.erin, role=admin), [fleet.erin.pk]
    )
    site, everywhere = found.differences[0].gains
    assert (site.site, everywhere.site) == (True, False)
    assert "access.edit" in site.verbs
    assert "host.edit" in everywhere.verbs


def test_a_host_without_endpoints_is_named(fleet: Fleet, cast: Cast) -> None:
    fleet.web2.endpoints.all().delete()
    [piece] = give(fleet, cast, host=fleet.web2).differences[0].gains
    assert piece.place == ("web2",)


def test_of_many_people_the_rest_is_counted(fleet: Fleet, cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(previews, "MOST_PEOPLE", 1)
    found = preview(lambda: None, [cast.alice.pk, fleet.erin.pk])
    assert (found.people, found.whole) == (2, False)


def test_people_for_whom_it_means_the_same_stand_together(fleet: Fleet, cast: Cast) -> None:
    member = Role.objects.get(name="member")
    second, third = (
        User.objects.create_user(email=f"{name}@e.org", name=name, role=member, password=None)
        for name in ("Fay", "Gil")
    )
    for user in (fleet.erin, second, third):
        Membership.objects.create(team=fleet.team, user=user)
    # one of them holds it there already, and so gains less
    Grant.objects.create(
        user=third, role=Role.objects.get(name="operator"), endpoint=fleet.root1, made_by="Alice"
    )
    wanted = GrantOptions(role=Role.objects.get(name="operator"), team=fleet.team, host=fleet.web1)
    ids = [fleet.erin.pk, second.pk, third.pk]
    found = preview(lambda: grants.give(person_of(cast.alice), wanted), ids)
    assert [[str(user) for user in users] for users, _one in found.alike] == [
        ["Erin", "Fay"],
        ["Gil"],
    ]
