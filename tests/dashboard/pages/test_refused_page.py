"""The page of a refusal, and its entry: which verb is missing, where, and who can give it."""

from typing import Any

import pytest

from accounts.models import Membership, Role, Team, User
from tests.cast import Cast
from tests.dashboard.test_matrix import objects  # noqa: F401 - a fixture

STOP = "/containers/1/sample/stop/"


@pytest.fixture(autouse=True)
def _there(objects: None) -> None:  # noqa: F811
    """One of each object."""


def test_it_names_verb_and_place_and_leads_to_a_request(cast: Cast, browser_of: Any) -> None:
    answer = browser_of(cast.charlie).get(STOP)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Stop containers" in page
    assert "shopfront on den7" in page
    assert "/access/requests/ask/?verb=container.stop&amp;endpoint=1" in page
    assert "/access/explain/?endpoint=1&amp;kind=container&amp;id=sample" in page


def test_whoever_may_not_see_people_is_told_no_names(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.charlie).get(STOP).content.decode()
    assert "Alice" not in page
    assert "1 person who manages access can give it." in page


def test_people_of_ones_own_team_are_named_and_the_others_counted(
    cast: Cast, browser_of: Any
) -> None:
    admin = Role.objects.get(name="admin")
    User.objects.create_user(email="erin@e.org", name="Erin", role=admin, password=None)
    team = Team.objects.create(name="shop")
    for user in (cast.alice, cast.charlie):
        Membership.objects.create(team=team, user=user)
    page = browser_of(cast.charlie).get(STOP).content.decode()
    assert "It can be given by: Alice and 1 more." in page
    assert "Erin" not in page


def test_where_nobody_can_give_it_the_console_is_named(cast: Cast, browser_of: Any) -> None:
    cast.alice.is_active = False
    cast.alice.save()
    page = browser_of(cast.charlie).get(STOP).content.decode()
    assert "Nobody can give it on a page now" in page


# five roads: a page, a form, a POST, a page of a kind of objects, one about the site
@pytest.mark.parametrize(
    ("road", "verb"),
    [
        ("/containers/1/sample/files/", "Read files"),
        ("/containers/run/", "Run containers"),
        ("/containers/1/sample/restart/", "Restart containers"),
        ("/volumes/create/", "Create volumes"),
        ("/guardrails/new/images/", "Edit guardrails"),
        ("/access/grants/", "See access"),
    ],
)
def test_every_road_names_verb_and_giver(cast: Cast, browser_of: Any, road: str, verb: str) -> None:
    page = browser_of(cast.charlie).get(road).content.decode()
    assert f"None of your roles and grants permits “{verb}”" in page
    assert "can give it." in page


def test_whoever_sees_access_is_told_who_can_give_it(cast: Cast, browser_of: Any) -> None:
    cast.charlie.role = Role.objects.get(name="auditor")
    cast.charlie.save()
    page = browser_of(cast.charlie).get(STOP).content.decode()
    assert "It can be given by: Alice." in page


def test_htmx_is_told_in_a_toast_with_the_way_to_ask(cast: Cast, browser_of: Any) -> None:
    answer = browser_of(cast.charlie).send(STOP, headers={"hx-request": "true"})
    assert answer.status_code == 403
    told = answer.headers["HX-Trigger"]
    assert "Stop containers" in told
    assert "/access/requests/ask/?verb=container.stop" in told


def test_a_verb_about_the_site_is_not_to_be_asked_for(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.charlie).get("/people/").content.decode()
    assert "See access" in page
    assert "/access/requests/ask/?" not in page


def test_what_goes_beyond_their_own_is_said_so(cast: Cast, browser_of: Any) -> None:
    """They hold the verb: that it is missing would be a lie."""
    cast.charlie.role = Role.objects.create(name="people", verbs=["people.manage"])
    cast.charlie.save()
    answer = browser_of(cast.charlie).send(f"/people/{cast.alice.pk}/disable/")
    assert answer.status_code == 403
    assert "You hold “Manage people”, but not for this" in answer.content.decode()


def test_the_entry_of_a_refusal_says_the_same(cast: Cast, browser_of: Any, entries: Any) -> None:
    browser_of(cast.charlie).get(STOP)
    (entry,) = entries("container.stop")
    page = browser_of(cast.alice).get(f"/audit/{entry.number}/").content.decode()
    assert "Missing right: “Stop containers”." in page
    assert "It can be given by: Alice." in page
    assert f"/access/explain/?person={cast.charlie.pk}&amp;endpoint=1" in page
