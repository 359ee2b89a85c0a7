"""Pages of people: for administrators, and links that are shown once."""

import re
from typing import Any

import pytest

from accounts.models import Role, User
from tests.cast import Cast

pytestmark = pytest.mark.each_database("writes rows that are unique")

CHANGES = ["role", "reset", "factor", "disable", "enable"]


def shown_link(answer: Any) -> str:
    found = re.search(r'<code id="one-time-link">([^<]+)</code>', answer.content.decode())
    assert found
    return found.group(1)


def test_everybody_is_listed_with_role_and_state(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.alice).get("/people/").content.decode()
    for words in ("Alice", "bob@example.org", "Viewer", "disabled", "never"):
        assert words in page


@pytest.mark.parametrize("name", ["bob", "charlie"])
def test_others_are_refused_and_that_is_written(
    cast: Cast, browser_of: Any, entries: Any, name: str
) -> None:
    browser = browser_of(getattr(cast, name))
    assert browser.get("/people/").status_code == 403
    assert browser.get(f"/people/{cast.alice.pk}/").status_code == 403
    assert browser.send("/people/invite/", {"email": "e@e.org", "role": "admin"}).status_code == 403
    for change in CHANGES:
        answer = browser.send(f"/people/{cast.alice.pk}/{change}/", {"role": "viewer"})
        assert answer.status_code == 403
    assert User.objects.get(pk=cast.alice.pk).role.name == "admin"
    assert {entry.kind for entry in entries("people.manage")} == {"refusal"}


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_without_a_csrf_token_or_by_get(cast: Cast, browser_of: Any, change: str) -> None:
    browser = browser_of(cast.alice)
    path = f"/people/{cast.bob.pk}/{change}/"
    assert browser.post(path, {"role": "admin"}).status_code == 403
    # some ask before they do it
    assert browser.get(path).status_code == (200 if change in ("factor", "disable") else 405)
    bob = User.objects.get(pk=cast.bob.pk)
    assert (bob.role.name, bob.is_active) == ("operator", True)


def test_strangers_are_sent_to_sign_in(cast: Cast, client: Any) -> None:
    answer = client.get("/people/")
    assert answer.headers["Location"] == "/account/login/?next=/people/"


def test_an_invitation_shows_its_link_once(cast: Cast, browser_of: Any) -> None:
    browser = browser_of(cast.alice)
    answer = browser.send("/people/invite/", {"email": "Erin@example.org", "role": "operator"})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    link = shown_link(answer)
    assert link.startswith("http://testserver/invite/")
    page = browser.get("/people/").content.decode()
    assert "erin@example.org" in page
    assert link not in page


def test_the_link_is_under_the_public_address(cast: Cast, browser_of: Any, settings: Any) -> None:
    settings.HAULOUT_URL = "https://haulout.example"
    answer = browser_of(cast.alice).send("/people/invite/", {"email": "e@e.org", "role": "viewer"})
    assert shown_link(answer).startswith("https://haulout.example/invite/")


def test_a_problem_stands_beside_its_field(cast: Cast, browser_of: Any) -> None:
    browser = browser_of(cast.alice)
    answer = browser.send("/people/invite/", {"email": "bob@example.org", "role": "viewer"})
    assert set(answer.context["form"].errors) == {"email"}


def test_an_invitation_is_withdrawn(cast: Cast, browser_of: Any, client: Any) -> None:
    browser = browser_of(cast.alice)
    link = shown_link(browser.send("/people/invite/", {"email": "e@e.org", "role": "viewer"}))
    action = re.search(
        r"/people/invitations/\d+/withdraw/", browser.get("/people/").content.decode()
    )
    assert action
    browser.send(action.group(0))
    assert client.get(link.removeprefix("http://testserver")).status_code == 410


def test_a_role_is_changed(cast: Cast, browser_of: Any) -> None:
    browser_of(cast.alice).send(f"/people/{cast.bob.pk}/role/", {"role": "viewer"})
    assert User.objects.get(pk=cast.bob.pk).role == Role.objects.get(name="viewer")


def test_a_role_that_is_none(cast: Cast, browser_of: Any) -> None:
    answer = browser_of(cast.alice).send(f"/people/{cast.bob.pk}/role/", {"role": "owner"})
    assert answer.status_code == 404


def test_disabling_shuts_out_and_enabling_lets_in(cast: Cast, browser_of: Any) -> None:
    alice, bob = browser_of(cast.alice), browser_of(cast.bob)
    assert bob.get("/account/").status_code == 200
    alice.send(f"/people/{cast.bob.pk}/disable/")
    assert bob.get("/account/").status_code == 302
    alice.send(f"/people/{cast.bob.pk}/enable/")
    assert User.objects.get(pk=cast.bob.pk).is_active
    # a session of before does not come back to life
    assert bob.get("/account/").status_code == 302


def test_the_last_administrator_is_told_why(cast: Cast, browser_of: Any) -> None:
    browser = browser_of(cast.alice)
    answer = browser.send(f"/people/{cast.alice.pk}/disable/", follow=True)
    assert "Alice is the last active administrator" in answer.content.decode()
    assert User.objects.get(pk=cast.alice.pk).is_active


def test_a_reset_link_is_shown_once(cast: Cast, browser_of: Any) -> None:
    browser = browser_of(cast.alice)
    answer = browser.send(f"/people/{cast.bob.pk}/reset/")
    assert shown_link(answer).startswith("http://testserver/reset/")
    assert "one-time-link" not in browser.get(f"/people/{cast.bob.pk}/").content.decode()


def test_a_name_that_is_markup_stays_text(cast: Cast, browser_of: Any) -> None:
    User.objects.filter(pk=cast.bob.pk).update(name="<img src=x onerror=alert(1)>")
    browser = browser_of(cast.alice)
    for path in ("/people/", f"/people/{cast.bob.pk}/"):
        assert "<img src=x" not in browser.get(path).content.decode()


def test_who_needs_a_second_factor_and_has_none_is_marked(cast: Cast, browser_of: Any) -> None:
    def marked() -> list[bool]:
        pairs = (("/people/", ">required<"), (f"/people/{cast.bob.pk}/", "second factor required"))
        return [words in alice.get(path).content.decode() for path, words in pairs]

    alice = browser_of(cast.alice)
    assert marked() == [False, False]
    Role.objects.filter(pk=cast.bob.role_id).update(second_factor=True)
    assert marked() == [True, True]


def test_an_invitation_is_dead_once_its_maker_may_not_give_it(
    cast: Cast, browser_of: Any, who_of: Any
) -> None:
    admin = Role.objects.get(name="admin")
    second = User.objects.create_user(email="frank@e.org", name="Frank", role=admin, password=None)
    browser = browser_of(second)
    browser.send("/people/invite/", {"email": "e@e.org", "role": "admin"})
    assert "may no longer give this" not in browser_of(cast.alice).get("/people/").content.decode()
    User.objects.filter(pk=second.pk).update(role=Role.objects.get(name="viewer"))
    page = browser_of(cast.alice).get("/people/").content.decode()
    assert "e@e.org" in page
    assert "Frank may no longer give this" in page
