"""What a person holds: their own role, and grants at every kind of place, to them and their teams."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Role, User
from hosts.access import allows, allows_somewhere_on, grounds, rights_of, verbs_at, visibility_key
from tests.fresh_person import person_of
from tests.two_teams import Fleet

STOP = "container.stop"


def where(fleet: Fleet, verb: str = STOP, person: Any = None) -> set[str]:
    """Endpoints (and hosts as a whole) at which erin may do it."""
    person = person or fleet.person()
    places: dict[str, Any] = {"root1": fleet.root1, "anna1": fleet.anna1, "root2": fleet.root2}
    places |= {"web1": fleet.web1, "web2": fleet.web2}
    return {name for name, place in places.items() if allows(person, verb, place)}


def test_a_member_holds_nothing(fleet: Fleet) -> None:
    person = fleet.person()
    assert where(fleet, "host.view") == set()
    assert verbs_at(person) == frozenset()
    assert rights_of(person.user).endpoints_with("host.view") == frozenset()


@pytest.mark.parametrize(
    ("place", "reached"),
    [
        ({}, {"root1", "anna1", "root2", "web1", "web2"}),
        ({"group": "prod"}, {"root1", "anna1", "web1"}),
        ({"host": "web2"}, {"root2", "web2"}),
        ({"endpoint": "anna1"}, {"anna1"}),
    ],
)
def test_a_whole_grant_counts_at_its_place_alone(
    fleet: Fleet, place: dict[str, str], reached: set[str]
) -> None:
    fleet.grant(**{kind: getattr(fleet, name) for kind, name in place.items()})
    assert where(fleet) == reached
    assert where(fleet, "host.edit") == set()


def test_a_team_gives_it_to_its_people(fleet: Fleet) -> None:
    fleet.grant(team=fleet.team, host=fleet.web2)
    assert where(fleet) == set()
    membership = Membership.objects.create(team=fleet.team, user=fleet.erin)
    assert where(fleet) == {"root2", "web2"}
    assert "through team shop" in grounds(fleet.person(), STOP, fleet.root2).words
    membership.delete()
    assert where(fleet) == set()


def test_an_own_role_and_grants_add_up(fleet: Fleet) -> None:
    User.objects.filter(pk=fleet.erin.pk).update(role=Role.objects.get(name="viewer"))
    fleet.grant(group=fleet.prod)
    assert where(fleet) == {"root1", "anna1", "web1"}
    assert len(where(fleet, "container.view")) == 5
    assert grounds(fleet.person(), "container.view", fleet.root2).grant is None


def test_verbs_about_the_site_come_with_no_grant(fleet: Fleet) -> None:
    fleet.grant("admin")
    person = fleet.person()
    for verb in ("people.manage", "access.edit", "access.view", "registry.edit", "host.add"):
        assert not allows(person, verb), verb
        assert verb not in verbs_at(person)
    assert allows(person, "host.edit", fleet.web1)
    assert allows(person, "host.edit")


def test_a_group_follows_its_hosts(fleet: Fleet) -> None:
    fleet.grant(group=fleet.prod)
    fleet.prod.hosts.set([fleet.web2])
    assert where(fleet) == {"root2", "web2"}
    fleet.prod.hosts.clear()
    assert where(fleet) == set()


def test_a_host_without_endpoints(fleet: Fleet) -> None:
    fleet.web2.endpoints.all().delete()
    fleet.grant(host=fleet.web2)
    assert allows(fleet.person(), "host.doctor", fleet.web2)
    assert rights_of(fleet.person().user).endpoints_with("host.doctor") == frozenset()


def test_one_with_an_end_gives_nothing_from_then_on(fleet: Fleet) -> None:
    grant = fleet.grant(host=fleet.web2, until=timezone.now() + timedelta(hours=1))
    assert where(fleet) == {"root2", "web2"}
    assert rights_of(fleet.person().user).until == grant.until
    type(grant).objects.update(until=timezone.now())
    assert where(fleet) == set()
    assert rights_of(fleet.person().user).until is None


def test_a_disabled_person_holds_nothing(fleet: Fleet) -> None:
    fleet.grant("admin")
    User.objects.filter(pk=fleet.erin.pk).update(is_active=False)
    assert where(fleet) == set()
    assert verbs_at(fleet.person()) == frozenset()


@pytest.mark.parametrize(
    ("limits", "reached"),
    [
        ({}, {"root1", "anna1", "root2", "web1", "web2"}),
        ({"verbs": frozenset({"container.view"})}, set()),
        (
            {"verbs": frozenset({STOP})},
            {"root1", "anna1", "root2", "web1", "web2"},
        ),
        ({"endpoints": "anna1", "hosts": None}, {"anna1", "web1", "web2"}),
        ({"hosts": "web2", "endpoints": None}, {"root1", "anna1", "root2", "web2"}),
        ({"hosts": "web1", "endpoints": "anna1"}, {"anna1", "web1"}),
    ],
)
def test_a_token_cuts_down(fleet: Fleet, limits: dict[str, Any], reached: set[str]) -> None:
    fleet.grant()
    ids = {
        name: frozenset({getattr(fleet, value).pk}) if isinstance(value, str) else value
        for name, value in limits.items()
    }
    assert where(fleet, person=fleet.person(**ids)) == reached


def test_a_token_gives_nothing_of_its_own(fleet: Fleet) -> None:
    person = fleet.person(verbs=frozenset({STOP}), endpoints=frozenset({fleet.root1.pk}))
    assert where(fleet, person=person) == set()
    assert not allows_somewhere_on(person, STOP, fleet.root1)


def test_narrowed_it_is_held_for_what_fits_alone(fleet: Fleet) -> None:
    fleet.grant(group=fleet.prod, label="app=shop")
    person = fleet.person()
    shop, bank = (fleet.container(fleet.root1, name) for name in ("shop-1", "bank-1"))
    elsewhere = fleet.container(fleet.root2, "shop-1")
    assert where(fleet) == set()
    assert allows(person, STOP, fleet.root1, shop)
    assert not allows(person, STOP, fleet.root1, bank)
    assert not allows(person, STOP, fleet.root2, elsewhere)
    assert STOP in verbs_at(person, fleet.root1, shop)
    assert verbs_at(person, fleet.root1, bank) == frozenset()
    assert allows_somewhere_on(person, STOP, fleet.root1)
    assert not allows_somewhere_on(person, STOP, fleet.root2)
    assert grounds(person, STOP, fleet.root1, shop).words.endswith("for label:app=shop")


def test_narrowed_it_gives_verbs_about_containers_alone(fleet: Fleet) -> None:
    fleet.grant("admin", label="app=shop")
    shop = fleet.container(fleet.root1, "shop-1")
    held = verbs_at(fleet.person(), fleet.root1, shop)
    assert "container.remove" in held
    assert {name.partition(".")[0] for name in held} == {"container"}


def test_the_widest_is_what_allowed_it(fleet: Fleet) -> None:
    fleet.grant(label="app=shop")
    whole = fleet.grant(endpoint=fleet.root1)
    shop = fleet.container(fleet.root1, "shop-1")
    found = grounds(fleet.person(), STOP, fleet.root1, shop).grant
    assert found is not None
    assert found.pk == whole.pk


def test_equal_rights_have_equal_keys(fleet: Fleet, cast: Any) -> None:
    User.objects.filter(pk=cast.charlie.pk).update(role=fleet.erin.role)
    before = visibility_key(fleet.person())
    assert before == visibility_key(person_of(cast.charlie))
    fleet.grant(endpoint=fleet.root1, label="app=shop")
    assert before != visibility_key(fleet.person())
    fleet.grant(endpoint=fleet.root1, label="app=shop", user=cast.charlie)
    assert visibility_key(fleet.person()) == visibility_key(person_of(cast.charlie))


def test_reading_rights_takes_few_queries(fleet: Fleet, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        fleet.grant(group=fleet.prod, label="app=shop")
        fleet.grant(host=fleet.web2)
    user = fleet.person().user
    with django_assert_max_num_queries(4):
        rights_of(user)
