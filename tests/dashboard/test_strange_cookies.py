"""Cookies that nobody's browser was given: strangers send them, and are strangers still."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.socket_session import SocketSession
from tests.cast import Browser

pytestmark = pytest.mark.each_database("keeps texts with strange characters and of any length")

STRANGE = ["abcdefgh\0ijklmnop", "abcdefgh" * 8000, "ÿþ" * 9, "abcdefgh' OR 1=1 --", "ABCDEFGHIJKL"]
IDS = ["zero", "long", "latin", "sql", "capitals"]


def cookie(name: str, value: str) -> str:
    """The header, as nobody's library would write it for them: newer ones refuse a zero byte."""
    octal = (letter if " " <= letter <= "~" else f"\\{ord(letter):03o}" for letter in value)
    return f'{name}="{"".join(octal)}"'


@pytest.mark.parametrize("key", STRANGE, ids=IDS)
def test_a_strange_session_is_none_and_no_database_is_asked_for_it(
    keys: None, db: None, key: str
) -> None:
    browser = Browser()
    head: dict[str, Any] = {"HTTP_COOKIE": cookie(settings.SESSION_COOKIE_NAME, key)}
    with CaptureQueriesContext(connection) as asked:
        assert browser.get("/account/", **head).headers["Location"].startswith("/account/login/")
        assert browser.get("/account/login/", **head).status_code == 200
        assert browser.get("/api/v1/me", **head).status_code == 401
    assert not [one["sql"] for one in asked if "django_session" in one["sql"]]


@pytest.mark.parametrize("key", STRANGE, ids=IDS)
def test_nor_does_a_strange_token_let_a_form_in(keys: None, db: None, key: str) -> None:
    browser = Browser()
    head: dict[str, Any] = {"HTTP_COOKIE": cookie(settings.CSRF_COOKIE_NAME, key)}
    sent: dict[str, Any] = {
        "login": "alice@example.org",
        "password": "x",
        "csrfmiddlewaretoken": key,
    }
    assert browser.post("/account/login/", sent, **head).status_code in (400, 403)
    assert browser.post("/account/login/", HTTP_X_CSRFTOKEN=key, **head).status_code == 403


@pytest.mark.parametrize("raw", [rb'"abcdefgh\000ijklmnop"', b"\xff\xfe" * 9, b"a" * 65536])
@pytest.mark.django_db(transaction=True)
async def test_a_socket_with_one_is_closed(raw: bytes) -> None:
    name = settings.SESSION_COOKIE_NAME.encode()
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    door = SocketSession(None)
    await door({"headers": [(b"cookie", name + b"=" + raw)]}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 4401}]
