"""Commands in real containers by WebSocket and token, judged by asking Podman."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from hashlib import md5
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.utils import timezone

from accounts import token_actions
from audit.shapes import Who
from dashboard.asgi import application
from dashboard.streams.terminals.sessions import sessions
from tests.dashboard.api_cast import make_caller
from tests.lab.real_endpoint import endpoint_on, vault_keys
from tests.lab.terminal_page import SLEEP, TerminalPage, container, only_sleep_is_left, settled

__all__ = ["container", "endpoint_on", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)
WITHIN_S = 20.0


class Program(TerminalPage):
    """One that comes with a token instead of a session."""

    def __init__(self, secret: str) -> None:
        super().__init__(None)
        self.secret = secret

    async def open(self, container: Any, **wanted: Any) -> None:
        """A command in `container` (endpoint id, Podman's id)."""
        path = f"/api/v1/containers/{container[0]}/{container[1]}/exec"
        await self._shake_hands(path, [(b"authorization", f"Bearer {self.secret}".encode())])
        await self.say(open={"columns": 80, "rows": 24, **wanted})


@pytest_asyncio.fixture
async def program() -> AsyncIterator[Callable[[Any], Program]]:
    """`program(caller)`: a socket of that token. All are closed at the end."""
    made: list[Program] = []

    def make(caller: Any) -> Program:
        made.append(Program(caller.secret))
        return made[-1]

    yield make

    await sessions.end_all()
    for one in made:
        await one.leave()


@pytest_asyncio.fixture
async def bob(cast: Any) -> Any:
    """Bob's token for everything."""
    return await sync_to_async(make_caller)(cast.bob)


async def test_a_shell_and_its_exit_code(
    bob: Any, container: Any, program: Any, entries: Any
) -> None:
    where = await sync_to_async(container)(*SLEEP)
    one = program(bob)
    await one.open(where, columns=101, rows=33)
    assert (await one.told("open"))["command"] == "ash"
    await one.type("stty size\r")
    await one.sees("\r\n33 101\r\n")
    await one.type("exit 3\r")
    ended = await one.told("ended")
    assert (ended["reason"], ended["exit_code"]) == ("exited", 3)
    assert await one.closed() == 1000
    intent, outcome = await sync_to_async(settled)(entries)
    assert (intent.door, intent.who_name) == ("api", "Bob")
    assert "script" in intent.token
    assert outcome.detail == "exit code 3"


async def test_bytes_pass_as_they_are_without_a_terminal(
    bob: Any, container: Any, program: Any
) -> None:
    where = await sync_to_async(container)(*SLEEP)
    one = program(bob)
    # all bytes, and more of them than wait anywhere on the way
    sent = bytes(range(256)) * 8192
    await one.open(where, command=["sh", "-c", "md5sum >&2; exit 5"], tty=False)
    await one.told("open")
    acknowledged = 0
    for start in range(0, len(sent), 65536):
        await one.type(sent[start : start + 65536])
        while start + 65536 - acknowledged > 256 * 1024:
            await one.until(lambda: any(note["type"] == "took" for note in one.notes))
            acknowledged += sum(note["bytes"] for note in one.notes if note["type"] == "took")
            one.notes = [note for note in one.notes if note["type"] != "took"]
    await one.say(eof=True)
    assert (await one.told("ended"))["exit_code"] == 5
    assert [note["name"] for note in one.notes if note["type"] == "stream"] == ["stderr"]
    assert one.screen.split()[0].decode() == md5(sent, usedforsecurity=False).hexdigest()
    # an end that comes before the beginning is kept
    early = program(bob)
    await early.open(where, command="wc -c", tty=False)
    await early.type(b"12345")
    await early.say(eof=True)
    assert (await early.told("ended"))["exit_code"] == 0
    assert early.screen.strip() == b"5"
    # and out again, three times what is kept for whoever reads slowly
    other = program(bob)
    await other.open(where, command="head -c 1600000 /dev/zero", tty=False)
    assert (await other.told("ended"))["exit_code"] == 0
    assert other.screen == bytes(1_600_000)


async def test_what_cannot_be_opened(cast: Any, bob: Any, container: Any, program: Any) -> None:
    where = await sync_to_async(container)(*SLEEP)
    one = program(bob)
    await one.open(where, command=["/no/such", "thing"], tty=False)
    assert (await one.told("ended"))["reason"] == "no-command"
    for wrong in ({"tty": False}, {"command": [1]}, {"command": ["x" * 3000]}):
        bad = program(bob)
        await bad.open(where, **wrong)
        assert await bad.closed() == 4400, wrong
    looks = program(await sync_to_async(make_caller)(cast.bob, "look", read_only=True))
    await looks.open(where)
    assert await looks.closed() == 4403
    early = program(bob)
    await early.open(where, command="cat", tty=False)
    await early.type(bytes(65536))
    await early.type(b"x")
    assert await early.closed() == 4400
    nowhere = program(bob)
    await nowhere.open((where[0], "0" * 64))
    assert await nowhere.closed() == 4404


async def test_strangers_get_no_socket(bob: Any, container: Any) -> None:
    where = await sync_to_async(container)(*SLEEP)
    path = f"/api/v1/containers/{where[0]}/{where[1]}/exec"
    for headers in ([], [(b"authorization", b"Bearer haulout_x")], [(b"cookie", b"sessionid=x")]):
        socket = WebsocketCommunicator(application, path, headers=headers)
        assert await socket.connect(timeout=WITHIN_S) == (False, 4401)
    other = [(b"authorization", f"Bearer {bob.secret}".encode())]
    socket = WebsocketCommunicator(application, "/api/v1/no/such", headers=other)
    assert await socket.connect(timeout=WITHIN_S) == (False, 4404)


@pytest.mark.parametrize("why", ["left", "revoked", "expired", "right"])
async def test_it_ends_with_its_socket_its_token_and_its_right(
    cast: Any, container: Any, program: Any, lab: Any, entries: Any, why: str
) -> None:
    where = await sync_to_async(container)(*SLEEP)
    more: dict[str, Any] = (
        {"expires_at": timezone.now() + timedelta(seconds=4)} if why == "expired" else {}
    )
    caller = await sync_to_async(make_caller)(cast.bob, **more)
    one = program(caller)
    await one.open(where)
    await one.type("sleep 777 & echo rea''dy\r")
    await one.sees("ready")

    def take_away() -> None:
        if why == "revoked":
            token_actions.revoke(cast.bob, Who(name="Bob"), token=caller.token)
        elif why == "right":
            cast.bob.role = cast.charlie.role
            cast.bob.save()

    if why == "left":
        await one.leave()
    else:
        await sync_to_async(take_away)()
        async with asyncio.timeout(6):
            assert await one.closed() == 4401
    await only_sleep_is_left(lab.hosts[0], where)
    _intent, outcome = await sync_to_async(settled)(entries)
    assert outcome.result == ("ok" if why == "left" else "cancelled")
