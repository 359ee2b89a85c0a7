"""Several first sign-ins of one person in the same moment: each of them gets in, as one person."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from accounts import actions, provider_actions
from accounts.models import Identity, Membership, Role, Team, User
from accounts.provider_actions import ProviderClaims, ProviderRules
from tests.cast import Browser, Cast
from tests.dashboard.oidc.provider import TlsProvider

MANY = 4


def at_once(provider: TlsProvider) -> list[tuple[int, str]]:
    """They all come back from the provider together: status and Location of each answer."""
    browsers = [Browser() for _unused in range(MANY)]
    queries = [
        provider.allow(one.get("/account/provider/company/").headers["Location"])
        for one in browsers
    ]
    start, answers = threading.Barrier(MANY), []

    def come_back(browser: Browser, query: str) -> None:
        # as a person sees it: an error is a page, no traceback
        browser.raise_request_exception = False
        start.wait(timeout=20)
        try:
            answer = browser.get(f"/account/provider/company/back/?{query}")
            answers.append((answer.status_code, answer.headers.get("Location", "")))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=come_back, args=both)
        for both in zip(browsers, queries, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


@pytest.fixture(autouse=True)
def unhurried(transactional_db: None) -> None:
    """Nobody counts how often they came: these tests come from one address."""
    cache.clear()


def of_a_known_person(cast: Cast, configured: Callable[..., None], who_of: Any) -> User:
    configured()
    return cast.bob


def of_a_newcomer(cast: Cast, configured: Callable[..., None], who_of: Any) -> None:
    configured('join = "domain"', 'domains = ["example.org"]')


def of_somebody_invited(cast: Cast, configured: Callable[..., None], who_of: Any) -> None:
    operator = Role.objects.get(name="operator")
    actions.invite(cast.alice, who_of(cast.alice), email="fred@example.org", role=operator)
    configured('join = "invited"')


@pytest.mark.parametrize("first", [of_a_known_person, of_a_newcomer, of_somebody_invited])
def test_each_gets_in_and_it_is_one_person(
    cast: Cast,
    provider: TlsProvider,
    configured: Callable[..., None],
    who_of: Any,
    entries: Any,
    first: Callable[..., User | None],
) -> None:
    known = first(cast, configured, who_of)
    email = known.email if known else "fred@example.org"
    provider.claims |= {"sub": "f-1", "email": email, "name": "Fred"}
    assert at_once(provider) == [(302, "/")] * MANY
    assert User.objects.filter(email=email).count() == 1
    assert Identity.objects.count() == len(entries("people.identity")) == 1
    assert len(entries("signin.ok")) == MANY


def test_an_invitation_used_up_between_two_looks_lets_both_in(cast: Cast, who_of: Any) -> None:
    operator = Role.objects.get(name="operator")
    actions.invite(cast.alice, who_of(cast.alice), email="fred@example.org", role=operator)
    named = ProviderClaims(
        "company", "https://id.example.org", "f-1", "fred@example.org", True, "", frozenset()
    )
    came: list[User] = []

    def come() -> None:
        try:
            came.append(provider_actions.come_in(who_of(), named, ProviderRules(join="invited")))
        finally:
            connection.close()

    faster = threading.Thread(target=come)

    def overtaken(execute: Any, sql: str, *more: Any) -> Any:
        if not faster.ident and "accounts_onetimelink" in sql:
            faster.start()
            if connection.vendor == "postgresql":  # on SQLite one writer waits for the other
                faster.join(timeout=20)
        return execute(sql, *more)

    with connection.execute_wrapper(overtaken):
        came.append(provider_actions.come_in(who_of(), named, ProviderRules(join="invited")))
    faster.join(timeout=20)
    assert len(came) == 2
    assert came[0] == came[1] == User.objects.get(email="fred@example.org")


def test_their_groups_give_a_team_once(
    cast: Cast, provider: TlsProvider, configured: Callable[..., None], entries: Any
) -> None:
    Team.objects.create(name="night")
    configured("[provider.teams]", 'ops = "night"')
    provider.claims["groups"] = ["ops"]
    assert at_once(provider) == [(302, "/")] * MANY
    assert Membership.objects.count() == len(entries("people.provider_groups")) == 1
