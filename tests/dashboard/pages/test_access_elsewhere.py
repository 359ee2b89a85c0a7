"""Access on other pages: of a group, of a host, of the person, and without any access."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session

from accounts.models import Membership, Role
from tests.cast import Browser, Cast
from tests.dashboard.pages.test_access_pages import text
from tests.dashboard.pages.test_people_list import shown_link
from tests.two_teams import Fleet

pytestmark = pytest.mark.each_database("asks who may do what in SQL")


def test_a_group_says_who_has_what_and_what_a_change_means(
    fleet: Fleet, cast: Cast, browser_of: Any
) -> None:
    fleet.grant("operator", group=fleet.prod)
    alice, where = browser_of(cast.alice), f"/groups/{fleet.prod.pk}/"
    page = text(alice.get(where))
    assert "Access here by grants" in page
    assert "Erin" in page
    ticks = {"name": "prod", "notes": "", "hosts": [fleet.web2.pk]}
    said = text(alice.send(f"{where}preview/", ticks))
    assert "gains on web2" in said
    assert "loses on web1" in said
    assert [host.name for host in fleet.prod.hosts.all()] == ["web1"]


def test_a_host_says_who_has_what_to_those_who_see_access(
    fleet: Fleet, cast: Cast, browser_of: Any
) -> None:
    fleet.grant("operator", group=fleet.prod)
    where = f"/hosts/{fleet.web1.pk}/"
    assert "Erin" in text(browser_of(cast.alice).get(where))
    assert "Access here by grants" not in text(browser_of(cast.bob).get(where))


def test_who_holds_nothing_is_told_so_and_whom_to_ask(
    fleet: Fleet, cast: Cast, browser_of: Any
) -> None:
    erin = browser_of(fleet.erin)
    page = text(erin.get("/"))
    assert "You have no access yet" in page
    assert "Ask somebody who manages access: Alice" in page
    asks = {"path": "/?waits=nothing", "headers": {"X-Unattended": "1"}}
    assert 'hx-get="/?waits=nothing"' in erin.get("/").content.decode()
    assert "HX-Refresh" not in erin.get(**asks).headers
    Membership.objects.create(team=fleet.team, user=fleet.erin)
    fleet.grant("viewer", team=fleet.team, label="app=shop")
    came = erin.get(**asks)
    assert (came.status_code, came.headers["HX-Refresh"]) == (204, "true")
    assert "You have no access yet" not in text(erin.get("/"))


def test_who_manages_access_is_not_told_to_ask_themselves(
    fleet: Fleet, cast: Cast, browser_of: Any
) -> None:
    role = Role.objects.create(name="keeper", verbs=["access.edit", "access.view"])
    fleet.erin.role = role
    fleet.erin.save()
    page = text(browser_of(fleet.erin).get("/"))
    assert "Ask somebody who manages access: Alice ." in page


def test_a_page_that_waits_by_itself_keeps_no_session(
    fleet: Fleet, cast: Cast, browser_of: Any
) -> None:
    erin = browser_of(fleet.erin)
    erin.get("/")
    session = Session.objects.get(pk=erin.session.session_key)
    store = erin.session
    store["haulout_seen"] = 0
    store.set_expiry(1000)
    store.save()

    def left() -> int:
        session.refresh_from_db()
        return int(session.get_decoded()["haulout_seen"])

    erin.get("/?waits=nothing", headers={"X-Unattended": "1"})
    assert left() == 0
    erin.get("/")
    assert left() > 0


def test_an_invitation_may_carry_teams(fleet: Fleet, cast: Cast, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    asked = {"email": "gus@example.org", "role": "member", "teams": [fleet.team.pk]}
    link = shown_link(alice.send("/people/invite/", asked))
    assert "gus@example.org Member shop" in text(alice.get("/people/"))
    page = text(Browser().get(urlsplit(link).path))
    assert "You will be in the team shop and have its grants." in page


def test_another_role_says_what_it_changes(fleet: Fleet, cast: Cast, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    said = text(alice.get(f"/people/{cast.bob.pk}/role/preview/?role=viewer"))
    assert "Bob loses everywhere" in said
    assert type(cast.bob).objects.get(pk=cast.bob.pk).role == Role.objects.get(name="operator")
    last = text(alice.get(f"/people/{cast.alice.pk}/role/preview/?role=viewer"))
    assert "Alice is the last active administrator" in last


def test_the_log_says_it_in_words(fleet: Fleet, cast: Cast, browser_of: Any) -> None:
    alice = browser_of(cast.alice)
    team = f"/access/teams/{fleet.team.pk}/"
    alice.send(f"{team}in/", {"who": "erin@example.org"})
    given = {"to": "team:shop", "where": "host:web1", "role": "viewer", "ends": "never"}
    alice.send("/access/grants/give/", given)
    alice.send(f"/access/grants/{fleet.team.grants.get().pk}/take/")
    alice.send(f"{team}out/{fleet.erin.pk}/")
    page = text(alice.get("/audit/"))
    for words in (
        "added Erin to the team",
        "gave access:",
        "revoked access:",
        "removed Erin from the team",
    ):
        assert words in page, words
