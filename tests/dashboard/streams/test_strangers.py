"""Whose body is taken: that of a session or a token in force, and nobody else's."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Token
from dashboard.streams.transfer.strangers import is_signed_in
from tests.cast import Cast
from tests.dashboard.api_cast import make_caller

pytestmark = pytest.mark.django_db(transaction=True)


def shows(**headers: str) -> bool:
    return async_to_sync(is_signed_in)(
        {name.encode(): text.encode() for name, text in headers.items()}
    )


def test_a_session_is_somebodys(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.bob)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    assert shows(cookie=cookie)
    cast.bob.is_active = False
    cast.bob.save()
    assert not shows(cookie=cookie)


@pytest.mark.parametrize(
    "cookie", ["", "haulout=", "haulout=abcdefghijklmnopqrstuvwxyz012345", "x=1"]
)
def test_any_cookie_is_not(cast: Cast, cookie: str) -> None:
    assert not shows(cookie=cookie)
    assert not shows()


def test_a_token_in_force_is_and_a_dead_one_is_not(cast: Cast) -> None:
    caller = make_caller(cast.bob)
    assert shows(authorization=f"Bearer {caller.secret}")
    assert not shows(authorization="Bearer haulout_nothing")
    assert not shows(authorization=f"Basic {caller.secret}")
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not shows(authorization=f"Bearer {caller.secret}")
