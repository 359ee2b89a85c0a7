"""Explain answers as the resolver decides, for every verb, and names all that gives it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Role, Team, User
from audit.shapes import Who
from hosts.access import Person, Scope, allows
from hosts.access.explain import everybody, explain, givers, sees, verbs_about
from hosts.models import Grant
from tests import make
from tests.cast import Cast


@pytest.fixture
def place(cast: Cast) -> Any:
    """An endpoint of web1, in the group prod, with the containers shop (app=shop) and db."""
    host = make.host("web1", groups=["prod"])
    endpoint = make.endpoint(host)
    make.endpoint(host, user="ada", socket="/other")
    for name in ("shop", "db"):
        make.container(endpoint, name, podman_id=name, labels={"app": name})
    return endpoint


@pytest.fixture
def member(cast: Cast, who_of: Any) -> Any:
    """`member(label="app=shop", …)`: charlie with a grant of the operator like this, and no more."""
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()

    def given(**grant: Any) -> Person:
        role = Role.objects.get(name="operator")
        Grant.objects.create(**{"user": cast.charlie, "role": role, "made_by": "Alice"} | grant)
        return Person(User.objects.get(pk=cast.charlie.pk), who_of(cast.charlie))

    return given


def answer(person: Person, verb: str, place: Any, row: Any = None) -> Any:
    return next(one for one in explain(person, place, row) if one.verb.name == verb)


@pytest.mark.parametrize("what", ["site", "host", "endpoint", "shop", "db"])
def test_it_says_what_the_resolver_decides(member: Any, place: Any, what: str) -> None:
    person = member(endpoint=place, label="app=shop")
    row = place.containers.filter(name=what).first()
    there = {"site": None, "host": place.host}.get(what, place)
    answers = explain(person, there, row)
    assert len(answers) == len(verbs_about(there, row))
    for one in answers:
        assert one.allowed == allows(person, one.verb.name, there, row), one.verb.name


def test_it_names_what_gives_it(cast: Cast, member: Any, place: Any) -> None:
    team = Team.objects.create(name="web")
    Membership.objects.create(team=team, user=cast.charlie)
    until = timezone.now() + timedelta(hours=1)
    member(group=place.host.groups.get(), team=team, user=None, until=until)
    person = member(endpoint=place, label="app=shop", reason="repair")
    shop, db = (place.containers.get(name=name) for name in ("shop", "db"))
    through = {
        (one.team, one.place, one.narrowed, one.until)
        for one in answer(person, "container.stop", place, shop).through
    }
    assert through == {
        ("web", "group prod", "", until),
        ("", "endpoint web1", "label:app=shop", None),
    }
    (only,) = answer(person, "container.stop", place, db).through
    assert only.team == "web"


def test_a_part_of_a_host_is_a_part(member: Any, place: Any) -> None:
    person = member(endpoint=place)
    one = answer(person, "image.pull", place.host)
    assert (one.allowed, one.some, one.through[0].part) == (False, True, True)
    assert answer(person, "image.pull", place).allowed


def test_some_containers_are_a_part(member: Any, place: Any) -> None:
    person = member(endpoint=place, label="app=shop")
    one = answer(person, "container.stop", place)
    assert (one.allowed, one.some) == (False, True)
    assert one.through[0].narrowed == "label:app=shop"
    assert sees(person, place, place.containers.get(name="shop"))
    assert not sees(person, place, place.containers.get(name="db"))


def test_what_a_token_cuts_off_is_said(cast: Cast, who_of: Any, place: Any) -> None:
    scope = Scope(verbs=frozenset({"host.view", "container.view"}))
    person = Person(cast.bob, who_of(cast.bob), scope)
    cut = answer(person, "container.stop", place)
    assert (cut.allowed, cut.cut) == (False, True)
    assert answer(person, "container.view", place).allowed


def test_everybody_costs_the_same_however_many(
    cast: Cast, member: Any, place: Any, django_assert_max_num_queries: Any
) -> None:
    member(endpoint=place)
    role = Role.objects.get(name="viewer")
    User.objects.bulk_create(
        User(email=f"{number}@example.org", name=str(number), role=role) for number in range(30)
    )
    with django_assert_max_num_queries(6):
        people = everybody()
        nobody = Who(name="")
        found = {
            str(user) for user in people if allows(Person(user, nobody), "container.stop", place)
        }
    assert found == {"Alice", "Bob", "Charlie"}


def test_givers_manage_access_and_hold_it(cast: Cast, place: Any) -> None:
    assert [str(user) for user in givers("container.stop", place)] == ["Alice"]
    role = Role.objects.create(name="half", verbs=["access.edit", "host.view", "image.pull"])
    cast.bob.role = role
    cast.bob.save()
    assert [str(user) for user in givers("container.stop", place)] == ["Alice"]
    assert [str(user) for user in givers("image.pull", place)] == ["Alice", "Bob"]
    assert [str(user) for user in givers("image.pull", place, cast.bob.pk)] == ["Alice"]


def test_givers_may_be_those_who_decide_on_requests(cast: Cast, place: Any) -> None:
    verbs = ["access.approve", "host.view", "container.view", "container.stop"]
    cast.bob.role = Role.objects.create(name="decides", verbs=verbs)
    cast.bob.save()
    assert [str(user) for user in givers("container.stop", place)] == ["Alice", "Bob"]
    # held nowhere else, so nothing that they could give
    cast.bob.role = Role.objects.create(name="here", verbs=["access.approve"])
    cast.bob.save()
    assert [str(user) for user in givers("container.stop", place)] == ["Alice"]
    # a role with it is given by whoever manages people
    cast.bob.role = Role.objects.create(name="people", verbs=["people.manage", "access.view"])
    cast.bob.save()
    assert [str(user) for user in givers("access.view", None)] == ["Alice", "Bob"]
