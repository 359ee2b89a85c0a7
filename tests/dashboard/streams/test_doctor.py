"""Whoever loses the right to a doctor that is still looking is told so, and it looks no further."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import AsyncClient

from accounts.epoch import raise_epoch
from accounts.models import Role
from accounts.sessions import end_sessions
from audit.models import Entry
from hosts import vault
from hosts.actions.hosts import examine_host
from tests import make
from tests.cast import Cast
from tests.lab.wait import until

pytestmark = pytest.mark.django_db(transaction=True)


class Silent:
    """Something that takes connections and says nothing, on which a doctor waits for long."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self.port = 0

    async def met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # past what an SSH client says first
        await reader.readline()
        await reader.read()
        self.left.set()
        writer.close()


@pytest.fixture
async def silent() -> AsyncIterator[Silent]:
    found = Silent()
    server = await asyncio.start_server(found.met, "127.0.0.1")
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()


@pytest.fixture
def login(cast: Cast, silent: Silent) -> Callable[[], Any]:
    """Makes the account of a host that is silent."""

    def made() -> Any:
        vault.make_keys(settings.HAULOUT_KEYS)
        login = make.registered(address="127.0.0.1", port=silent.port).logins.get()
        login.sealed_key, login.public_key = examine_host.seal_new_key()
        login.save()
        return login

    return made


async def until_it_waits(parts: AsyncIterator[bytes]) -> list[dict[str, Any]]:
    """The lines up to the step that does not come to its end."""
    lines: list[dict[str, Any]] = []
    async for part in parts:
        lines += [json.loads(line) for line in part.splitlines()]
        if lines[-1]["step"] == "banner":
            return lines
    raise AssertionError(f"it came to its end: {lines}")


def only_views(user: Any) -> None:
    user.role = Role.objects.get(name="viewer")
    user.save()
    raise_epoch()


def signed_out(user: Any) -> None:
    end_sessions(user)


@pytest.mark.parametrize("loses", [only_views, signed_out])
async def test_it_ends_and_says_why(
    cast: Cast, silent: Silent, login: Callable[[], Any], loses: Callable[[Any], None]
) -> None:
    path = f"/hosts/logins/{(await sync_to_async(login)()).pk}/examine/"
    client = AsyncClient()
    await client.aforce_login(cast.alice)
    answer: Any = await client.post(path)
    assert answer.status_code == 200, answer.status_code
    parts: Any = aiter(answer)
    assert (await until_it_waits(parts))[-1]["state"] == "running"
    await sync_to_async(loses)(cast.alice)
    rest = [json.loads(line) async for part in parts for line in part.splitlines()]
    assert rest == [{"withdrawn": "You lost the right to do this."}]
    async with asyncio.timeout(30):
        await silent.left.wait()
    if loses is only_views:
        # written once it has ended
        refused = Entry.objects.filter(kind="refusal", verb="host.doctor", who_name="Alice")
        await sync_to_async(until)("the entry", refused.exists)
