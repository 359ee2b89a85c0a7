"""Roles that ask for a second factor: without one nothing else works. Also others' sessions."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.utils import timezone

from accounts.models import Membership, Role, Team
from dashboard.asgi import application
from dashboard.live.hub import hub
from hosts.access.second_factor import lacks_factor
from hosts.models import Grant
from tests.cast import PASSWORD, Browser, Cast
from tests.dashboard.routes import every_route

SETUP = "/account/2fa/"
# where somebody without the factor that their role wants still gets an answer
REACHED = (SETUP, "/account/reauthenticate/", "/account/logout/", "/healthz", "/readyz")


@pytest.fixture
def asked(cast: Cast) -> Role:
    """Operators need a second factor; bob has none."""
    role = cast.bob.role
    role.second_factor = True
    role.save()
    return role


def test_who_lacks_it_is_led_to_set_it_up_from_everywhere(
    cast: Cast, asked: Role, browser_of: Any
) -> None:
    bob = browser_of(cast.bob)
    for route in every_route():
        answer = bob.get(route.path)
        if route.path.startswith(REACHED):
            continue
        assert answer.status_code == 302, route
        assert answer.headers["Location"].startswith(f"{SETUP}?next="), route
    page = bob.get(SETUP).content.decode()
    assert "Your role requires a second factor" in page
    assert 'id="rail"' not in page


def test_and_changes_nothing(cast: Cast, asked: Role, browser_of: Any) -> None:
    bob = browser_of(cast.bob)
    bob.get(SETUP)
    for route in every_route():
        if not route.path.startswith(REACHED):
            assert bob.send(route.path).status_code == 403, route
    answer = bob.get("/hosts/", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (403, SETUP)


def test_having_one_is_enough(cast: Cast, asked: Role, browser_of: Any) -> None:
    Authenticator.objects.create(user=cast.bob, type=Authenticator.Type.TOTP, data={})
    assert browser_of(cast.bob).get("/account/").status_code == 200
    # recovery codes are none by themselves
    Authenticator.objects.update(type=Authenticator.Type.RECOVERY_CODES)
    assert lacks_factor(cast.bob)


def test_others_are_left_alone(cast: Cast, asked: Role, browser_of: Any) -> None:
    assert browser_of(cast.charlie).get("/account/").status_code == 200


@pytest.mark.parametrize("to", ["person", "team", "past"])
def test_a_granted_role_asks_too_while_it_lasts(cast: Cast, asked: Role, to: str) -> None:
    team = Team.objects.create(name="night-shift")
    Membership.objects.create(team=team, user=cast.charlie)
    whom = {"team": team} if to == "team" else {"user": cast.charlie}
    until = timezone.now() - timedelta(hours=1) if to == "past" else None
    Grant.objects.create(role=asked, made_by="Alice", until=until, **whom)
    assert lacks_factor(cast.charlie) is (to != "past")


def test_an_administrator_asks_for_it_with_an_entry(
    cast: Cast, browser_of: Any, entries: Any
) -> None:
    alice = browser_of(cast.alice)
    alice.send("/people/sign-in/", {"role": ["operator"]})
    assert Role.objects.get(name="operator").second_factor
    page = alice.get("/people/sign-in/")
    assert [one.name for one in page.context["waiting"]] == ["Bob"]
    alice.send("/people/sign-in/", {})
    assert not Role.objects.filter(second_factor=True).exists()
    assert [entry.target_name for entry in entries("people.second_factor")] == ["operator"] * 2


def test_an_administrator_ends_somebodys_sessions(
    cast: Cast, browser_of: Any, entries: Any
) -> None:
    here, there, other = Browser(), Browser(), Browser()
    for browser in (here, there):
        browser.sign_in("bob@example.org")
    other.sign_in("charlie@example.org")
    alice = browser_of(cast.alice)
    path = f"/people/{cast.bob.pk}/sessions/"
    page = alice.get(path)
    assert len(page.context["sessions"]) == 2
    assert here.cookies[settings.SESSION_COOKIE_NAME].value not in page.content.decode()
    alice.send(f"{path}end/", {"session": page.context["sessions"][0].handle})
    assert len(alice.get(path).context["sessions"]) == 1
    alice.send(f"{path}end/")
    assert here.get("/account/").status_code == there.get("/account/").status_code == 302
    assert other.get("/account/").status_code == 200
    assert [entry.detail for entry in entries("people.sessions")] == [
        "one session",
        "all sessions: 1",
    ]


async def _opened(email: str) -> WebsocketCommunicator:
    browser = Browser()
    await sync_to_async(browser.sign_in)(email, PASSWORD)
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    socket = WebsocketCommunicator(
        application,
        "/ws/live/",
        headers=[(b"origin", b"http://localhost:8000"), (b"cookie", cookie.encode())],
    )
    connected, code = await socket.connect(timeout=20)
    if not connected:
        raise ConnectionError(code)
    return socket


@pytest.mark.django_db(transaction=True)
async def test_open_sockets_close_when_a_role_begins_to_ask(cast: Cast) -> None:
    socket = await _opened("bob@example.org")
    await sync_to_async(Role.objects.filter(name="operator").update)(second_factor=True)
    async with asyncio.timeout(30):
        while (told := await socket.receive_output(30))["type"] != "websocket.close":
            pass
    assert told["code"] == 4401
    with pytest.raises(ConnectionError, match="4401"):
        await _opened("bob@example.org")
    await hub().close()
