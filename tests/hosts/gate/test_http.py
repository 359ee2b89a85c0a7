"""The gate by HTTP: who is let in by which token, to which endpoint, and until when."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from accounts import actions, token_actions
from accounts.epoch import raise_epoch
from accounts.models import Role, Token
from audit.models import Entry
from hosts.access import limits
from hosts.gate.doors import http
from hosts.gate.sessions import bounds
from hosts.models import Grant
from tests.cast import Cast
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.gate.http_cast import HttpClient, HttpGate, add_token_of, http_gate
from tests.lab.wait import until_then
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)

V = "/v5.4.0/libpod"
SHOP = "a" * 64
Entries = Callable[[str], Awaitable[list[Entry]]]


@pytest.fixture(autouse=True)
def _no_limits_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in this process alone, from nothing."""
    monkeypatch.setattr(limits, "_rests_until", float("inf"))
    limits._here.clear()


@pytest.fixture
def there(fake_host: FakeHost) -> FakeHost:
    """shop-1 on web1's first endpoint."""
    fake_host.container(SHOP, "shop-1", app="shop")
    fake_host.answers["GET /_ping"] = Answer(value="OK")
    fake_host.answers[f"GET {V}/containers/{SHOP}/logs"] = Answer(pieces=(b"first",), stays=True)
    return fake_host


@pytest_asyncio.fixture
async def door(there: FakeHost) -> AsyncIterator[HttpGate]:
    async with http_gate(settings.HAULOUT_KEYS) as found:
        yield found


async def test_a_token_opens_the_host_of_its_path(
    there: FakeHost, cast: Cast, door: HttpGate, entry_of: Entries
) -> None:
    token, secret = await add_token_of(cast.alice)
    client = await door.client(secret)
    for path in ("/web1/_ping", "/WEB1/root/_ping", "/web1/root/_ping?"):
        assert (await client.ask(f"GET {path}")).json == "OK"
    stop = f"POST {V}/containers/{SHOP}/stop"
    there.answers[stop] = Answer(204)
    got = await client.ask(f"POST /web1{V}/containers/shop-1/stop", "User-Agent: docker-py/7.2")
    assert got.status == 204
    assert there.lines()[-1] == stop
    assert not any(secret in str(one) for one in there.reached)
    for entry in await entry_of("container.stop"):
        assert (entry.door, entry.token, entry.who_name) == ("gate", str(token), "Alice")
    (use,) = await entry_of("token.use")
    assert use.detail == "first use from 127.0.0.1"
    await token.arefresh_from_db()
    assert token.used_from == "127.0.0.1"


@pytest.mark.parametrize("path", [f"/web1{V}/info", "/web1/v1.41/info"])
async def test_without_a_token_there_is_nothing(
    there: FakeHost, cast: Cast, door: HttpGate, path: str
) -> None:
    _token, secret = await add_token_of(cast.alice)
    asked = [
        (path, []),
        (path, ["Authorization: Bearer"]),
        (path, [f"Authorization: Basic {secret}"]),
        (path, [f"Authorization: Bearer {secret[:-1]}x"]),
        (path, [f"Authorization: Bearer {secret}", f"Authorization: Bearer {secret}"]),
        (path, [f"Cookie: token={secret}", f"X-Registry-Auth: {secret}"]),
        (f"{path}?token={secret}&access_token={secret}", []),
    ]
    bodies = set()
    for target, fields in asked:
        client = await door.client()
        got = await client.ask(f"GET {target}", *fields)
        assert got.status == 401, fields
        assert got.fields[b"www-authenticate"] == [b'Bearer realm="Haulout"']
        assert got.json["message"] == "Send a valid token: “Authorization: Bearer haulout_…”."
        assert got.json["response"] == 401
        bodies.add(got.body)
        await client.ended()
    assert len(bodies) == 1
    assert not there.reached


async def test_only_tokens_in_force_are_let_in(
    there: FakeHost, cast: Cast, door: HttpGate, who_of: Any, entry_of: Entries
) -> None:
    revoked, first = await add_token_of(cast.bob)
    await sync_to_async(token_actions.revoke)(cast.bob, who_of(cast.bob), token=revoked)
    expired, second = await add_token_of(cast.charlie)
    await Token.objects.filter(pk=expired.pk).aupdate(expires_at=timezone.now())
    for secret in (first, second, "haulout_guess"):
        client = await door.client(secret)
        assert (await client.ask("GET /web1/_ping")).status == 401
    found = [(one.who_name, one.detail, one.door) for one in await entry_of("token.use")]
    assert found == [
        ("Bob", "revoked", "gate"),
        ("Charlie", "expired", "gate"),
        ("", "unknown", "gate"),
    ]


async def test_a_second_factor_that_is_missing_is_asked_for(
    there: FakeHost, cast: Cast, door: HttpGate
) -> None:
    _token, secret = await add_token_of(cast.bob)
    await Role.objects.filter(pk=cast.bob.role_id).aupdate(second_factor=True)
    got = await (await door.client(secret)).ask("GET /web1/_ping")
    assert got.status == 403
    assert "second factor" in got.json["message"]


async def test_guessing_and_haste_end_in_429(
    there: FakeHost, cast: Cast, door: HttpGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GUESSES", 2)
    monkeypatch.setattr(limits, "GATE_PER_WINDOW", 3)
    monkeypatch.setattr(limits, "GUESS_WINDOW_S", 10**9)
    monkeypatch.setattr(limits, "WINDOW_S", 10**9)
    _token, secret = await add_token_of(cast.alice)
    client = await door.client(secret)
    found = [(await client.ask("GET /web1/_ping")).status for _time in range(4)]
    assert found == [200, 200, 200, 429]
    found = []
    for _time in range(3):
        got = await (await door.client("haulout_guess")).ask("GET /web1/_ping")
        found.append(got.status)
    assert found == [401, 401, 429]
    assert int(got.fields[b"retry-after"][0]) >= 1


async def test_each_request_says_anew_whose_it_is_and_where_it_goes(
    there: FakeHost, fleet: Fleet, cast: Cast, door: HttpGate, who_of: Any, entry_of: Entries
) -> None:
    """As a proxy sends those of several people over one connection."""
    there.answers[f"GET {V}/containers/{SHOP}/logs"] = Answer(pieces=(b"first",))
    token, alices = await add_token_of(cast.alice)
    _token, erins = await add_token_of(fleet.erin)
    _token, bobs = await add_token_of(cast.bob)
    client = await door.client(alices)
    logs = f"GET /web1{V}/containers/shop-1/logs?stdout=true"
    assert (await client.ask(logs)).body == b"first"
    # anna's and web2's Podman are away
    assert (await client.ask("GET /web1/anna/_ping")).status == 503
    assert (await client.ask("GET /web2/_ping")).status == 503
    client.secret = erins
    got = await client.ask(logs)
    assert got.status == 404
    assert got.json["message"].endswith("No host is open to you.")
    client.secret = bobs
    assert (await client.ask(logs)).body == b"first"
    assert (await client.ask(logs)).body == b"first"
    # each reader has an entry, and one who reads again has none
    assert [one.who_name for one in await entry_of("container.logs")] == ["Alice", "Bob"]
    client.secret = alices
    assert (await client.ask(logs)).body == b"first"
    await sync_to_async(token_actions.revoke)(cast.alice, who_of(cast.alice), token=token)
    assert (await client.ask(logs)).status == 401
    await client.ended()


async def test_choices_are_named(fleet: Fleet, cast: Cast, door: HttpGate) -> None:
    _token, secret = await add_token_of(cast.alice, everywhere=False, hosts={fleet.web2.pk: "w"})
    client = await door.client(secret)
    asked = {
        "/web1/_ping": (404, "There is no host web1 here that you may use. Name one: /web2/root"),
        "/web2/bob/_ping": (404, "web2 has no bob that you may use. Name one: /web2/root"),
        "/v1.41/info": (404, "There is no host v1.41 here"),
        "/": (400, "The path names a host, and then what is asked of it"),
        "/web2": (400, "The path names a host, and then what is asked of it"),
        "/web2/root": (400, "The path names a host, and then what is asked of it"),
        "//_ping": (400, "empty part"),
        "/web2/../web1/_ping": (400, "empty part, . or .."),
        "/web2%2Froot/_ping": (400, "a slash (%2F)"),
        "http://d/web2/_ping": (400, "has to begin with a slash"),
    }
    for path, (status, words) in asked.items():
        got = await client.ask(f"GET {path}")
        assert (got.status, words in got.json["message"]) == (status, True), (path, got.body)


@pytest.mark.parametrize("how", ["revoked", "expired", "disabled", "role", "scope"])
@pytest.mark.parametrize("silent", [False, True], ids=["in mid-stream", "before the answer"])
async def test_what_is_open_ends_with_the_right(
    there: FakeHost,
    fleet: Fleet,
    cast: Cast,
    door: HttpGate,
    who_of: Any,
    how: str,
    silent: bool,
) -> None:
    if silent:
        there.answers[f"GET {V}/containers/{SHOP}/logs"] = Answer(hangs=True)
    ends = timezone.now() + timedelta(seconds=1.5 if how == "expired" else 3600)
    given: dict[str, Any] = {}
    if how == "scope":
        given = {"everywhere": False, "groups": {fleet.prod.pk: "prod"}}
    if how == "role":
        await sync_to_async(fleet.grant)("operator", host=fleet.web1)
    user = {"disabled": cast.bob, "role": fleet.erin}.get(how, cast.alice)
    token, secret = await add_token_of(user, ends=ends, **given)
    client = await door.client(secret)
    await client.send(f"GET /web1{V}/containers/shop-1/logs?stdout=true&follow=true")
    client.answers.asked("GET")
    if silent:
        while not there.lines(of="/logs"):
            there.more.clear()
            await there.more.wait()
    else:
        while getattr(await client.event(), "raw", b"") != b"first":
            pass
    before = asyncio.get_running_loop().time()
    if how == "revoked":
        await sync_to_async(token_actions.revoke)(cast.alice, who_of(cast.alice), token=token)
    elif how == "disabled":
        await sync_to_async(actions.disable)(cast.alice, who_of(cast.alice), user=cast.bob)
    elif how == "role":
        await Grant.objects.all().adelete()
        await sync_to_async(raise_epoch)()
    elif how == "scope":
        await fleet.web1.groups.aclear()
        await sync_to_async(raise_epoch)()
    async with asyncio.timeout(5):
        if silent:
            # a POST that is cut off would be sent again
            assert getattr(await client.event(), "status", 0) == 403
        else:
            await client.ended()
    assert asyncio.get_running_loop().time() - before < 2.0


async def test_bounds(
    there: FakeHost, cast: Cast, door: HttpGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "PER_PERSON", 1)
    monkeypatch.setattr(bounds, "STRANGERS_PER_ADDRESS", 2)
    _token, alices = await add_token_of(cast.alice)
    _token, bobs = await add_token_of(cast.bob)
    first, second = await door.client(alices), await door.client(alices)
    assert (await first.ask("GET /web1/_ping")).status == 200
    got = await second.ask("GET /web1/_ping")
    assert (got.status, got.json["message"]) == (429, "You have 1 connections open. Close some.")
    await second.ended()
    second.writer.close()
    await until_then("it is gone", lambda: not door.held.strangers)
    # who was somebody's is somebody else's now
    first.secret = bobs
    assert (await first.ask("GET /web1/_ping")).status == 200
    again = await door.client(alices)
    assert (await again.ask("GET /web1/_ping")).status == 200
    held = [await door.client() for _number in range(2)]
    with pytest.raises(OSError):
        await door.client()
    assert len(held) == 2


async def test_who_comes_through_a_trusted_proxy_is_known_by_its_word(
    there: FakeHost, cast: Cast, door: HttpGate, settings: Any, entry_of: Entries
) -> None:
    settings.HAULOUT_TRUSTED_PROXIES = ("127.0.0.1",)
    _token, secret = await add_token_of(cast.alice)
    client: HttpClient = await door.client(secret)
    forwarded = "X-Forwarded-For: 198.51.100.7, 192.0.2.9"
    assert (await client.ask("GET /web1/_ping", forwarded)).status == 200
    (use,) = await entry_of("token.use")
    assert use.detail == "first use from 192.0.2.9"


async def test_nobody_keeps_a_connection_for_nothing(
    there: FakeHost, cast: Cast, door: HttpGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "IDLE_S", 0.2)
    _token, secret = await add_token_of(cast.alice)
    client = await door.client(secret)
    assert (await client.ask("GET /web1/_ping")).status == 200
    async with asyncio.timeout(5):
        await client.ended()
