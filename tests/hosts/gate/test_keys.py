"""Whose role asks for a second factor comes with a security key, and with no other."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import token_actions
from accounts.models import Role, Token
from accounts.token_actions import TokenOptions
from hosts.gate.sessions.keys import NEEDS_VERIFYING, needs_verifying, register, why_not
from hosts.gate.sessions.session import SessionOver, session_of
from tests.cast import Cast
from tests.public_keys import line_of, security_key


@pytest.fixture
def add(who_of: Any) -> Any:
    """`add(user, line, by=…)`: the key, as pages and the console register it."""

    def added(user: Any, line: str, by: Any = None) -> Token:
        by, options = by or user, TokenOptions(line[:20], timezone.now() + timedelta(days=30))
        return register(by, who_of(by), options, user=user, text=line)

    return added


def ask_operators() -> None:
    Role.objects.filter(name="operator").update(second_factor=True)


def test_without_such_a_role_any_key_is_taken(cast: Cast, add: Any) -> None:
    assert not needs_verifying(cast.bob)
    assert why_not(add(cast.bob, line_of())) == ""


def test_with_one_only_security_keys_are_registered(cast: Cast, add: Any) -> None:
    ask_operators()
    with pytest.raises(ValidationError, match="verify-required"):
        add(cast.bob, line_of())
    assert add(cast.bob, security_key()).is_key
    # her role does not ask
    assert add(cast.charlie, line_of()).is_key


def test_an_ordinary_key_opens_nothing_once_the_role_asks(cast: Cast, add: Any) -> None:
    key, safe = add(cast.bob, line_of()), add(cast.bob, security_key())
    ask_operators()
    assert "set up a second factor" in why_not(safe)
    Authenticator.objects.create(user=cast.bob, type=Authenticator.Type.TOTP, data={})
    assert why_not(key) == NEEDS_VERIFYING
    assert why_not(safe) == ""
    with pytest.raises(SessionOver, match="security key"):
        session_of(key, address="")


def test_service_accounts_have_no_factor_to_ask_for(cast: Cast, add: Any, who_of: Any) -> None:
    ask_operators()
    role = Role.objects.get(name="operator")
    ci = token_actions.make_service(cast.alice, who_of(cast.alice), name="ci", words="", role=role)
    assert why_not(add(ci, line_of(), by=cast.alice)) == ""
