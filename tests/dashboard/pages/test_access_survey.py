"""Findings about access: which warn, for whom, and how many queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Role, Team, User
from dashboard.pages.access.survey import Finding, survey
from hosts.models import Grant
from tests.cast import Cast
from tests.dashboard.pages.test_access_pages import text
from tests.fresh_person import person_of
from tests.two_teams import Fleet

pytestmark = pytest.mark.each_database("asks who may do what in SQL")


def told(user: User) -> dict[str, Finding]:
    return {item.title: item for item in survey(person_of(user))}


def test_what_is_left_over_and_what_ends_is_named(fleet: Fleet, cast: Cast) -> None:
    now = timezone.now()
    fleet.grant("viewer", host=fleet.web1, until=now + timedelta(days=2))
    fleet.grant("viewer", host=fleet.web2, until=now + timedelta(days=20))
    fleet.grant("viewer", host=fleet.web2, until=now - timedelta(seconds=1))
    fleet.grant("operator")
    Membership.objects.create(team=Team.objects.create(name="gone"), user=cast.dave)
    User.objects.filter(pk=cast.charlie.pk).update(made_at=now - timedelta(days=400))
    found = told(cast.alice)
    assert found["Only one person manages access"].warns
    assert found["Without a second factor"].warns
    [ending] = found["Grants that end this week"].names
    assert ending[0] == "Erin: Viewer, host:web1"
    assert found["Members with a role everywhere, without end"].count == 1
    assert [name for name, _url in found["Disabled people with grants or teams"].names] == ["Dave"]
    assert [name for name, _url in found["No sign-in for three months"].names] == ["Charlie"]


def test_two_who_manage_access_are_no_warning(cast: Cast) -> None:
    cast.bob.role = Role.objects.get(name="admin")
    cast.bob.save()
    found = told(cast.alice)
    assert found["Who manages access"].count == 2
    assert not found["Who manages access"].warns
    assert "Grants that end this week" not in found


def test_the_page_and_the_lists_that_it_leads_to(fleet: Fleet, cast: Cast, browser_of: Any) -> None:
    fleet.grant("viewer", host=fleet.web1, until=timezone.now() + timedelta(days=2))
    alice = browser_of(cast.alice)
    page = alice.get("/access/")
    assert "Grants that end this week 1" in text(page)
    for item in page.context["items"]:
        answer = alice.get(item.url)
        assert answer.status_code == 200
        assert answer.context["result"].troubles == []
        if "role:" not in item.url:
            assert answer.context["result"].total >= item.count
    assert browser_of(fleet.erin).get("/access/").url == "/access/mine/"


def test_it_costs_the_same_however_many_there_are(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    role = Role.objects.get(name="viewer")
    people = [User(email=f"p{n}@example.org", name=f"P{n}", role=role) for n in range(60)]
    made = User.objects.bulk_create(people)
    Grant.objects.bulk_create(Grant(user=user, role=role, made_by="Alice") for user in made)
    with django_assert_max_num_queries(30):
        survey(person_of(cast.alice))
