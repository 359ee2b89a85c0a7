"""Whoever changes an account rings, the guard hears it, and it waits behind nothing else."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone

from accounts import actions, signin_actions, team_actions, token_actions
from accounts.models import Role, Team
from audit.shapes import Who
from hosts import bells
from hosts.access import NotVisible, Person
from hosts.access import guard as guards
from hosts.access.rights_threads import in_rights_thread
from tests.cast import Cast
from tests.dashboard.live.conftest import valkey
from tests.lab.wait import until_then

__all__ = ["valkey"]
pytestmark = pytest.mark.django_db(transaction=True)
WHO = Who(name="Alice", door="web")


class Refused:
    """A stream that is open, and whose right has gone."""

    WITHDRAWN: ClassVar[int] = 4401

    def __init__(self, person: Person, session_key: str) -> None:
        self.person = person
        self.scope: dict[str, Any] = {"session_key": session_key}
        self.ended = asyncio.Event()

    async def authorise(self) -> None:
        await in_rights_thread(self._refuse)

    def _refuse(self) -> None:
        raise NotVisible

    async def end(self, code: int) -> None:
        self.ended.set()


@pytest.fixture
def bob_in(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.bob)
    return client


@pytest.fixture
def refused(cast: Cast, bob_in: Client) -> Refused:
    return Refused(Person(cast.bob, Who(name="Bob")), str(bob_in.session.session_key))


async def test_a_bell_makes_it_look(
    valkey: Any,
    refused: Refused,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guards, "EVERY_S", 3600.0)
    rings = sync_to_async(bells.ring)
    with guards.Guard().watch(refused):
        async with asyncio.timeout(30):
            # it may not listen yet
            while not refused.ended.is_set():
                await rings("access")
                await asyncio.wait([asyncio.create_task(refused.ended.wait())], timeout=0.1)


async def test_it_waits_behind_nobody(refused: Refused) -> None:
    """All threads that this process shares are held by others."""
    free, loop = threading.Event(), asyncio.get_running_loop()
    others = [loop.run_in_executor(None, free.wait) for _number in range(64)]
    try:
        with guards.Guard().watch(refused):
            await until_then("its end", refused.ended.is_set, timeout_s=30)
        assert not any(one.done() for one in others)
    finally:
        free.set()
        await asyncio.gather(*others)


def member(cast: Cast) -> Team:
    team = Team.objects.create(name="shop")
    team_actions.add_member(cast.alice, WHO, team=team, user=cast.bob)
    return team


def token(cast: Cast) -> Any:
    wanted = token_actions.TokenOptions("script", timezone.now() + timedelta(days=1))
    return token_actions.make(cast.bob, WHO, wanted, user=cast.bob)[0]


def reset_link(cast: Cast) -> str:
    path = actions.make_reset_link(cast.alice, WHO, user=cast.bob)
    return path.rstrip("/").rpartition("/")[2]


Change = Callable[[Cast, Any], Any]
CHANGES: dict[str, tuple[Callable[[Cast], Any], Change]] = {
    "disabled": (
        lambda cast: None,
        lambda cast, _: actions.disable(cast.alice, WHO, user=cast.bob),
    ),
    "another role": (
        lambda cast: Role.objects.get(name="viewer"),
        lambda cast, role: actions.change_role(cast.alice, WHO, user=cast.bob, role=role),
    ),
    "password reset": (
        reset_link,
        lambda cast, link: actions.reset_password(WHO, link, password="a whole new secret of mine"),
    ),
    "sessions ended": (
        lambda cast: None,
        lambda cast, _: signin_actions.end_sessions_of(cast.alice, WHO, user=cast.bob),
    ),
    "out of the team": (
        member,
        lambda cast, team: team_actions.remove_member(cast.alice, WHO, team=team, user=cast.bob),
    ),
    "a second factor is asked for": (
        lambda cast: cast.bob.role,
        lambda cast, role: signin_actions.ask_second_factor(
            cast.alice, WHO, role=role, wanted=True
        ),
    ),
    "the token revoked": (
        token,
        lambda cast, made: token_actions.revoke(cast.bob, WHO, token=made),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_of_an_account_rings(
    valkey: Any,
    cast: Cast,
    bob_in: Client,
    name: str,
) -> None:
    before, change = CHANGES[name]
    given = await sync_to_async(before)(cast)
    assert "access" in await rung_by(lambda: change(cast, given))


async def test_signing_out_rings(valkey: Any, bob_in: Client) -> None:
    def out() -> None:
        assert bob_in.post("/account/logout/").status_code == 302

    assert "access" in await rung_by(out)


async def rung_by(change: Callable[[], Any]) -> set[str]:
    """The bells between two of others."""
    rings, found = sync_to_async(bells.ring), set()
    async with asyncio.timeout(30), aclosing(bells.listen()) as ear:
        listens = asyncio.create_task(anext(ear))
        while not listens.done():
            await rings("images")
            await asyncio.wait([listens], timeout=0.1)
        await sync_to_async(change)()
        await rings("freezes")
        async for topics in ear:
            found |= topics
            if "freezes" in topics:
                break
    return found
