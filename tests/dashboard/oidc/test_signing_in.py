"""Signing in by a provider: who gets in, as whom, with which teams and role, and what is written."""

from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from accounts import actions
from accounts.models import Identity, Membership, Role, Team, User
from dashboard.session_age import BEGAN
from hosts.access.second_factor import lacks_factor
from tests.cast import Browser, Cast
from tests.dashboard.oidc.provider import TlsProvider


def inside(browser: Browser) -> bool:
    return browser.get("/account/").status_code == 200


def groups_of(provider: TlsProvider, *groups: str) -> None:
    provider.claims["groups"] = list(groups)


def test_the_sign_in_page_offers_it(cast: Cast, configured: Any) -> None:
    page = Browser().get("/account/login/?next=/people/").content.decode()
    assert 'href="/account/provider/company/?next=/people/"' in page
    assert "Sign in with Company" in page


def test_a_known_person_comes_in_and_is_known_by_subject_from_then_on(
    cast: Cast, provider: TlsProvider, come: Any, entries: Any
) -> None:
    browser = Browser()
    answer = come(browser, next_path="/account/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")
    assert inside(browser)
    identity = Identity.objects.get()
    assert (identity.user, identity.subject) == (cast.bob, "b-17")
    [came] = entries("signin.ok")
    assert (came.who_name, came.detail) == ("Bob", "bob@example.org: provider company")
    assert len(entries("people.identity")) == 1
    # another address there is the same person here
    provider.claims["email"] = "robert@example.org"
    again = Browser()
    come(again)
    assert inside(again)
    assert Identity.objects.count() == 1


def test_an_authority_between_is_enough(
    cast: Cast, come: Any, configured: Any, tmp_path: Path
) -> None:
    """The file may end at any certificate of the chain: here at the provider's own."""
    configured(ca_file=str(tmp_path / "provider.pem"))
    browser = Browser()
    come(browser)
    assert inside(browser)


def test_who_has_no_password_reads_by_what_they_come(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any
) -> None:
    configured('join = "domain"', 'domains = ["example.org"]')
    provider.claims |= {"sub": "e-1", "email": "eve@example.org"}
    browser = Browser()
    come(browser)
    page = browser.get("/account/").content.decode()
    assert "<strong>Company</strong>" in page
    assert 'href="/account/password/"' not in page
    answer = browser.get("/account/password/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")
    assert "You have no password here" in browser.get("/account/").content.decode()


def test_what_the_token_leaves_out_is_asked_for(
    cast: Cast, provider: TlsProvider, come: Any
) -> None:
    provider.userinfo = dict(provider.claims)
    provider.claims = {"sub": "b-17"}
    browser = Browser()
    come(browser)
    assert inside(browser)
    assert "/userinfo" in provider.asked


def test_nobody_goes_elsewhere_afterwards(cast: Cast, come: Any) -> None:
    answer = come(Browser(), next_path="//evil.example/")
    assert answer.headers["Location"] == "/"


def test_a_second_factor_of_theirs_is_still_asked_for(cast: Cast, come: Any) -> None:
    Authenticator.objects.create(user=cast.bob, type="totp", data={"secret": "x"})
    browser = Browser()
    assert come(browser).headers["Location"] == "/account/2fa/authenticate/"
    assert not inside(browser)


@pytest.mark.parametrize("asks", ["here", "provider"])
def test_a_role_that_wants_one_believes_a_provider_that_is_said_to_ask(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any, asks: str
) -> None:
    Role.objects.filter(name="viewer").update(second_factor=True)
    joining = ('join = "domain"', 'domains = ["example.org"]', 'role = "viewer"')
    configured(*joining, f'second_factor = "{asks}"')
    provider.claims |= {"sub": "e-1", "email": "eve@example.org"}
    browser = Browser()
    come(browser)
    assert inside(browser) is (asks == "provider")
    eve = User.objects.get(email="eve@example.org")
    assert lacks_factor(eve) is (asks == "here")
    # another provider, which does not ask, would be the way round
    there = Identity.objects.create(user=eve, provider="other", issuer="https://o", subject="e")
    assert lacks_factor(eve)
    there.delete()
    # and so would a password here
    eve.set_password("a password of her own")
    eve.save()
    assert lacks_factor(eve)


def test_who_has_nothing_to_show_adds_a_factor_only_soon_after_signing_in(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any
) -> None:
    configured('join = "domain"', 'domains = ["example.org"]')
    provider.claims |= {"sub": "e-1", "email": "eve@example.org"}
    browser = Browser()
    come(browser)
    path = "/account/2fa/totp/activate/"
    assert browser.get(path).status_code == 200
    session = browser.session
    session[BEGAN] -= 3600
    session.save()
    assert browser.get(path).status_code == browser.send(path).status_code == 403


def test_a_disabled_person_does_not_come_in(
    cast: Cast, provider: TlsProvider, come: Any, entries: Any
) -> None:
    provider.claims |= {"sub": "d-1", "email": "dave@example.org"}
    browser = Browser()
    assert come(browser).headers["Location"] == "/account/inactive/"
    assert not inside(browser)
    assert entries("signin.failed")[-1].detail == "the account is disabled"


@pytest.mark.parametrize("verified", [False, None, 1, "yes"])
def test_an_address_that_is_not_verified_names_nobody(
    cast: Cast, provider: TlsProvider, come: Any, entries: Any, verified: object
) -> None:
    provider.claims["email_verified"] = verified
    browser = Browser()
    answer = come(browser)
    assert answer.status_code == 403
    assert "has not verified the address" in answer.content.decode()
    assert not inside(browser)
    assert not Identity.objects.exists()
    assert entries("signin.failed")[-1].detail == "company: EmailUnverified"


def test_strangers_stay_out_unless_the_file_lets_them_in(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any, entries: Any
) -> None:
    provider.claims |= {"sub": "e-1", "email": "eve@example.org", "name": "Eve"}
    assert "Ask an administrator" in come(Browser()).content.decode()
    configured('join = "domain"', 'domains = ["elsewhere.org"]')
    assert come(Browser()).status_code == 403
    assert not User.objects.filter(email="eve@example.org").exists()
    configured('join = "domain"', 'domains = ["example.org"]', 'role = "nobody-made-it"')
    assert "nobody-made-it" in come(Browser()).content.decode()
    assert not User.objects.filter(email="eve@example.org").exists()
    configured('join = "domain"', 'domains = ["example.org"]', 'role = "viewer"')
    browser = Browser()
    come(browser)
    assert inside(browser)
    eve = User.objects.get(email="eve@example.org")
    assert (eve.name, eve.role.name, eve.has_usable_password()) == ("Eve", "viewer", False)
    assert entries("people.accept")[-1].detail == "by company"


def test_an_invitation_is_taken_up_by_its_address(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any, who_of: Any
) -> None:
    operator = Role.objects.get(name="operator")
    path = actions.invite(cast.alice, who_of(cast.alice), email="fred@example.org", role=operator)
    provider.claims |= {"sub": "f-1", "email": "Fred@example.org", "name": "Fred"}
    configured('join = "invited"')
    browser = Browser()
    come(browser)
    assert inside(browser)
    assert User.objects.get(email="fred@example.org").role == operator
    assert Browser().get(path).status_code == 410


def test_nobody_comes_in_as_a_service_account(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any
) -> None:
    """Whatever address a provider vouches for: it would be linked for good."""
    ci = User.objects.create(
        email="ci@service.invalid", name="ci", role=cast.alice.role, kind=User.Kind.SERVICE
    )
    provider.claims |= {"sub": "ci-1", "email": ci.email}
    configured('join = "domain"', 'domains = ["service.invalid"]')
    browser = Browser()
    assert come(browser).status_code == 403
    assert not inside(browser)
    assert not Identity.objects.exists()


def test_the_last_administrator_is_a_person(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any
) -> None:
    """Groups leave the role to the last who can sign in; service accounts cannot."""
    User.objects.create(
        email="ci@service.invalid", name="ci", role=cast.alice.role, kind=User.Kind.SERVICE
    )
    provider.claims |= {"sub": "e-1", "email": "eve@example.org"}
    groups_of(provider, "admins")
    rules = ('admins = "admin"', 'ops = "operator"')
    configured('join = "domain"', 'domains = ["example.org"]', "[provider.roles]", *rules)
    come(Browser())
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    groups_of(provider, "ops")
    come(Browser())
    assert User.objects.get(email="eve@example.org").role.name == "admin"


def test_groups_give_teams_and_take_back_only_what_they_gave(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any, entries: Any
) -> None:
    night, day, web = (Team.objects.create(name=name) for name in ("night", "day", "web"))
    Membership.objects.create(team=web, user=cast.bob)
    configured("[provider.teams]", 'ops = ["night", "day", "nowhere"]', 'frontend = "web"')
    groups_of(provider, "ops", "frontend", "unheard-of")
    come(Browser())
    held = {m.team.name: m.given_by for m in Membership.objects.filter(user=cast.bob)}
    assert held == {"night": "company", "day": "company", "web": ""}
    groups_of(provider)
    come(Browser())
    assert [m.team for m in Membership.objects.filter(user=cast.bob)] == [web]
    assert [entry.who_name for entry in entries("people.provider_groups")] == [
        "bob@example.org",
        "bob@example.org",
    ]
    assert (night.memberships.count(), day.memberships.count()) == (0, 0)


def test_nobody_becomes_administrator_unless_the_file_says_so(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any
) -> None:
    joining = ('join = "domain"', 'domains = ["example.org"]')
    provider.claims |= {"sub": "e-1", "email": "eve@example.org"}
    groups_of(provider, "admin", "admins")
    configured(*joining)
    come(Browser())
    eve = User.objects.get(email="eve@example.org")
    assert eve.role.name == "member"
    configured(*joining, "[provider.roles]", 'admins = "admin"', 'ops = "operator"')
    come(Browser())
    eve.refresh_from_db()
    assert eve.role.name == "admin"
    groups_of(provider, "ops")
    come(Browser())
    eve.refresh_from_db()
    assert eve.role.name == "operator"
    groups_of(provider)
    come(Browser())
    eve.refresh_from_db()
    assert eve.role.name == "member"


def test_a_role_that_was_given_by_hand_stays(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any
) -> None:
    configured("[provider.roles]", 'admins = "admin"', 'guests = "viewer"')
    for group in ("admins", "guests"):
        groups_of(provider, group)
        come(Browser())
        cast.bob.refresh_from_db()
        assert cast.bob.role.name == "operator"


def test_the_last_administrator_stays_one(
    cast: Cast, provider: TlsProvider, come: Any, configured: Any
) -> None:
    joining = ('join = "domain"', 'domains = ["example.org"]')
    provider.claims |= {"sub": "e-1", "email": "eve@example.org"}
    configured(*joining, "[provider.roles]", 'admins = "admin"')
    groups_of(provider, "admins")
    come(Browser())
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    groups_of(provider)
    come(Browser())
    assert User.objects.get(email="eve@example.org").role.name == "admin"
