"""Merged logs over the real ASGI application: order, absent hosts, rights, entries, newcomers."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from dashboard.asgi import application
from hosts.models import Endpoint
from tests import make
from tests.dashboard.streams.test_logs import HEAD, ORIGIN, chunk, frame, podman

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest.fixture
def shop(cast: Any) -> Callable[..., Any]:
    """`shop("web1")`: a container of the project shop on a host of that name."""

    def container(name: str, **fields: Any) -> Any:
        return make.container(make.endpoint(name), f"shop-{name}", **{"project": "shop", **fields})

    return container


def saying(*told: tuple[int, str]) -> Any:
    """A Podman with a log of these seconds and texts; one that is followed stays open."""
    lines = [b"2026-11-24T12:00:%02dZ %b\n" % (second, text.encode()) for second, text in told]

    async def handler(asked: Any, writer: Any) -> None:
        some = lines[-1:] if "tail=1&" in asked.line or "tail=1 " in asked.line else lines
        writer.write(HEAD + chunk(b"".join(map(frame, some))))
        if "follow=true" in asked.line:
            await writer.drain()
            await asyncio.Event().wait()
        writer.write(b"0\r\n\r\n")

    return handler


@asynccontextmanager
async def talking(*pairs: tuple[Any, Any]) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for container, handler in pairs:
            await stack.enter_async_context(podman(container, handler))
        yield


class Reader:
    """A browser on merged logs."""

    def __init__(self, user: Any, query: str) -> None:
        client = Client()
        client.force_login(user)
        cookie = (
            f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        )
        headers = [(b"origin", ORIGIN), (b"cookie", cookie.encode())]
        self.socket = WebsocketCommunicator(application, f"/ws/logs/?{query}", headers=headers)
        self.lines: list[str] = []
        self.notes: list[dict[str, Any]] = []
        self.code = 0

    async def until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while not enough():
                message = await self.socket.receive_output(15)
                if message.get("bytes"):
                    self.lines += message["bytes"].decode().splitlines()
                elif message["type"] == "websocket.close":
                    self.code = message["code"]
                else:
                    self.notes.append(json.loads(message["text"]))

    @property
    def texts(self) -> list[str]:
        return [line.split(" ", 1)[1] for line in self.lines]

    @property
    def sources(self) -> dict[str, dict[str, Any]]:
        """By host, as last told."""
        told = [note for note in self.notes if note["type"] == "sources"][-1]
        found = {each["source"]: dict(each) for each in told["sources"]}
        for note in self.notes[self.notes.index(told) :]:
            if note["type"] == "status" and "source" in note:
                found[note["source"]] |= note
        return {each["host"]: each for each in found.values()}


async def reading(user: Any, query: str) -> Reader:
    reader = await sync_to_async(Reader)(user, query)
    assert (await reader.socket.connect(timeout=5))[0]
    return reader


async def test_two_hosts_in_the_order_of_time_with_an_entry_each(
    cast: Any, shop: Any, entries: Any
) -> None:
    one, two = await sync_to_async(shop)("web1"), await sync_to_async(shop)("web2")
    first = saying((1, "a"), (3, "c"), (5, "e"))
    async with talking((one, first), (two, saying((2, "b"), (4, "d")))):
        reader = await reading(cast.charlie, "q=project:shop")
        await reader.until(lambda: len(reader.lines) == 5)
        assert reader.texts == ["a", "b", "c", "d", "e"]
        numbers = {host: each["source"] for host, each in reader.sources.items()}
        assert [line.split(" ")[0][-2:] for line in reader.lines[:2]] == [
            f"@{numbers['web1']}",
            f"@{numbers['web2']}",
        ]
        await reader.socket.disconnect()
    written = await sync_to_async(entries)("container.logs")
    assert sorted(entry.target_name for entry in written) == ["shop-web1", "shop-web2"]


async def test_a_host_that_is_away_is_said_and_the_others_come(cast: Any, shop: Any) -> None:
    one, two = await sync_to_async(shop)("web1"), await sync_to_async(shop)("web2")

    async def away(asked: Any, writer: Any) -> None:
        body = b'{"cause":"away","message":"no route to web2","response":503}'
        head = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async with talking((one, saying((1, "here"))), (two, away)):
        reader = await reading(cast.charlie, "q=project:shop")
        await reader.until(
            lambda: reader.texts == ["here"] and reader.sources["web2"]["state"] == "away"
        )
        assert "no route to web2" in reader.sources["web2"]["cause"]
        await reader.socket.disconnect()


async def test_what_begins_to_match_joins_and_what_is_removed_ends(cast: Any, shop: Any) -> None:
    def later() -> Any:
        made = shop("web2")
        Endpoint.objects.filter(pk=made.endpoint_id).update(revision=7)
        return made

    def gone() -> None:
        one.gone = timezone.now()
        one.save()
        Endpoint.objects.filter(pk=one.endpoint_id).update(revision=9)

    one = await sync_to_async(shop)("web1")
    async with talking((one, saying((1, "first")))):
        reader = await reading(cast.charlie, "q=project:shop")
        await reader.until(lambda: reader.texts == ["first"])
        two = await sync_to_async(later)()
        async with talking((two, saying((2, "second")))):
            await reader.until(lambda: reader.texts == ["first", "second"])
            await sync_to_async(gone)()
            await reader.until(lambda: reader.sources["web1"]["state"] == "gone")
            assert reader.sources["web2"]["state"] == "live"
            await reader.socket.disconnect()


async def test_a_range_is_merged_whole_and_says_so(cast: Any, shop: Any) -> None:
    one, two = await sync_to_async(shop)("web1"), await sync_to_async(shop)("web2")
    odd = [(n // 40, f"{n}") for n in range(1, 2000, 2)]
    even = [(n // 40, f"{n}") for n in range(0, 2000, 2)]
    async with talking((one, saying(*odd)), (two, saying(*even))):
        named = f"c={one.endpoint_id}:{one.podman_id}&c={two.endpoint_id}:{two.podman_id}"
        reader = await reading(cast.charlie, f"{named}&follow=0")
        await reader.until(lambda: reader.notes[-1:] == [{"type": "status", "state": "done"}])
        assert sorted(map(int, reader.texts)) == list(range(2000))
        times = [line.split("@")[0][1:] for line in reader.lines]
        assert times == sorted(times)
        assert [reader.sources[host]["lines"] for host in ("web1", "web2")] == [1000, 1000]
        await reader.socket.disconnect()


async def test_only_the_rows_of_a_group_and_only_what_is_permitted(
    cast: Any, shop: Any, entries: Any
) -> None:
    one, _two = await sync_to_async(shop)("web1"), await sync_to_async(shop)("x", project="other")
    async with talking((one, saying((1, "a")))):
        reader = await reading(cast.charlie, "group=project&key=shop")
        await reader.until(lambda: reader.texts == ["a"])
        assert list(reader.sources) == ["web1"]
        await reader.socket.disconnect()

    def looks_only() -> None:
        cast.charlie.role = Role.objects.create(
            name="looker", verbs=["host.view", "container.view"]
        )
        cast.charlie.save()

    await sync_to_async(looks_only)()
    for query in ("q=project:shop", f"c={one.endpoint_id}:{one.podman_id}"):
        refused = await reading(cast.charlie, query)
        await refused.until(lambda refused=refused: refused.code != 0)  # type: ignore[misc]
        assert refused.code == 4403
    unknown = await reading(cast.alice, f"c=999:{'d' * 64}")
    await unknown.until(lambda: unknown.code != 0)
    assert unknown.code == 4404


async def test_taken_up_whole_from_a_line_that_the_page_has(cast: Any, shop: Any) -> None:
    one, two = await sync_to_async(shop)("web1"), await sync_to_async(shop)("web2")
    first = saying((1, "a"), (3, "c"), (5, "e"))
    async with talking((one, first), (two, saying((2, "b"), (4, "d")))):
        query = "q=project:shop&tail=1&since=2026-11-24T12:00:01Z"
        reader = await reading(cast.charlie, query)
        await reader.until(lambda: len(reader.lines) == 5)
        assert reader.texts == ["a", "b", "c", "d", "e"]
        await reader.socket.disconnect()
