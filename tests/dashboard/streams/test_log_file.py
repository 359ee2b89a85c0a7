"""Logs as a file over the real ASGI application: order, filter, forms, what is missing, rights, memory."""

import asyncio
import json
import resource
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from accounts.models import Role
from dashboard.asgi import application
from dashboard.streams.transfer.wire import WIRE, Wire
from hosts.models import Grant
from tests.dashboard.streams.test_logs import HEAD, chunk, frame
from tests.dashboard.streams.test_merged_logs import saying, shop, talking

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
__all__ = ["shop"]


class Answer:
    """What a browser got."""

    def __init__(self, took: Callable[[bytes], None] | None = None) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.cut = False
        self._took = took

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            pairs = ((name.decode().lower(), value.decode()) for name, value in message["headers"])
            self.headers = dict(pairs)
        elif self._took:
            self._took(message.get("body", b""))
        else:
            self.body += message.get("body", b"")

    @property
    def lines(self) -> list[str]:
        return self.body.decode().splitlines()


def _scope(user: Any, query: str, wire: Wire) -> dict[str, Any]:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    cookie = f"{name}={client.cookies[name].value}; zone=Europe/Berlin"
    return {
        "type": "http",
        "method": "GET",
        "path": "/transfer/logs/",
        "raw_path": b"/transfer/logs/",
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1:8000"), (b"cookie", cookie.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "scheme": "http",
        "http_version": "1.1",
        "extensions": {WIRE: wire},
    }


async def download(user: Any, query: str, took: Callable[[bytes], None] | None = None) -> Answer:
    answer = Answer(took)
    wire = Wire(pause=lambda: None, resume=lambda: None, abort=lambda: setattr(answer, "cut", True))
    wire.end()
    scope = await sync_to_async(_scope)(user, query, wire)

    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop()

    run: Callable[..., Awaitable[None]] = application
    await run(scope, receive, answer.send)
    return answer


async def test_two_hosts_as_text_in_the_order_of_time_with_an_entry_each(
    cast: Any, shop: Any, entries: Any
) -> None:
    one, two = await sync_to_async(shop)("web1"), await sync_to_async(shop)("web2")
    first = saying((1, "\x1b[31mred\x1b[0m"), (5, "late"))
    async with talking((one, first), (two, saying((3, "between")))):
        answer = await download(cast.charlie, "q=project:shop&range=all")
    assert answer.status == 200, answer.body
    assert answer.lines == [
        "2026-11-24T12:00:01Z web1/shop-web1 red",
        "2026-11-24T12:00:03Z web2/shop-web2 between",
        "2026-11-24T12:00:05Z web1/shop-web1 late",
    ]
    assert 'filename="2-containers-' in answer.headers["content-disposition"]
    read = await sync_to_async(entries)("container.logs")
    assert {entry.target_name for entry in read} == {"shop-web1", "shop-web2"}
    assert all(entry.params == {"what": "download", "format": "text"} for entry in read)


async def test_range_streams_and_filter_reach_podman_and_the_entry(
    cast: Any, shop: Any, entries: Any
) -> None:
    one = await sync_to_async(shop)("web1")
    asked: list[str] = []

    async def handler(request: Any, writer: Any) -> None:
        asked.append(request.line)
        lines = [b"2026-11-24T12:00:01Z an Error\n", b"2026-11-24T12:00:02Z fine\n"]
        writer.write(HEAD + chunk(b"".join(frame(line, stream=2) for line in lines)) + b"0\r\n\r\n")

    query = f"c={one.endpoint_id}:{one.podman_id}&stream=2&text=error&form=json"
    async with talking((one, handler)):
        answer = await download(
            cast.charlie, f"{query}&range=between&from=2026-11-24T13:00&to=2026-11-24"
        )
    (line,) = asked
    for part in ("stdout=false", "stderr=true", "since="):
        assert part in line
    # by the browser's clock, an hour ahead of UTC
    assert json.loads(answer.body) == {
        "time": "2026-11-24T12:00:01Z",
        "host": "web1",
        "container": "shop-web1",
        "stream": "stderr",
        "text": "an Error",
    }
    (entry,) = await sync_to_async(entries)("container.logs")
    assert entry.params["filters"] == {"text": "error", "stream": "stderr"}
    assert entry.params["since"] == "2026-11-24T13:00:00+01:00"


async def test_a_host_that_breaks_off_is_named_in_the_last_line(cast: Any, shop: Any) -> None:
    one, two = await sync_to_async(shop)("web1"), await sync_to_async(shop)("web2")

    async def broken(request: Any, writer: Any) -> None:
        writer.write(HEAD + chunk(frame(b"2026-11-24T12:00:01Z half\n")))
        await writer.drain()
        writer.close()

    async with talking((one, broken), (two, saying((3, "whole")))):
        text = await download(cast.charlie, "q=project:shop")
        as_json = await download(cast.charlie, "q=project:shop&form=json&times=off")
    assert text.lines[:2] == [
        "2026-11-24T12:00:01Z web1/shop-web1 half",
        "2026-11-24T12:00:03Z web2/shop-web2 whole",
    ]
    assert text.lines[2].startswith("# incomplete: web1/shop-web1 was read up to line 1: ")
    *_lines, last = map(json.loads, as_json.lines)
    assert list(last) == ["incomplete"]
    assert "web2" not in last["incomplete"]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("range=between&from=2026-02-30", 400, "There is no date 2026-02-30."),
        ("range=between&from=2026-11-24&to=2026-11-23", 400, "ends before it begins"),
        ("range=soon", 400, "no range"),
        ("q=project:bank", 404, "No container matches."),
    ],
)
async def test_what_cannot_be_read_is_said(
    cast: Any, shop: Any, query: str, status: int, said: str
) -> None:
    await sync_to_async(shop)("web1")
    answer = await download(cast.charlie, query if "q=" in query else f"q=project:shop&{query}")
    assert (answer.status, said in answer.body.decode()) == (status, True), answer.body


async def test_without_the_right_nothing_is_read(cast: Any, shop: Any) -> None:
    one = await sync_to_async(shop)("web1")
    looker = {"name": "looker", "verbs": ["host.view", "container.view"]}
    cast.charlie.role = await Role.objects.acreate(**looker)
    await sync_to_async(cast.charlie.save)()
    answer = await download(cast.charlie, f"c={one.endpoint_id}:{one.podman_id}")
    assert answer.status in (403, 404)


async def test_a_right_that_goes_ends_the_file_with_words(cast: Any, shop: Any) -> None:
    one = await sync_to_async(shop)("web1")
    begun, answered = asyncio.Event(), asyncio.Event()

    async def endless(request: Any, writer: Any) -> None:
        writer.write(HEAD + chunk(frame(b"2026-11-24T12:00:01Z first\n") * 600))
        await writer.drain()
        begun.set()
        await answered.wait()

    async with talking((one, endless)):
        task = asyncio.create_task(download(cast.charlie, "q=project:shop"))
        async with asyncio.timeout(15):
            await begun.wait()
            await sync_to_async(Grant.objects.all().delete)()
            await sync_to_async(type(cast.charlie).objects.filter(pk=cast.charlie.pk).update)(
                is_active=False
            )
            answer = await task
        answered.set()
    assert answer.lines[-1] == "# incomplete: You lost the right to do this."
    assert not answer.cut


async def test_a_long_log_takes_no_memory(cast: Any, shop: Any) -> None:
    """192 MiB pass; the whole process, Podman's stand-in with it, grows by less than 16 MiB."""
    one = await sync_to_async(shop)("web1")
    line = b"2026-11-24T12:00:01Z " + b"x" * 200 + b"\n"
    piece = chunk(frame(line) * 1000)
    times = 192 * 2**20 // len(piece)

    async def loud(request: Any, writer: Any) -> None:
        writer.write(HEAD)
        for _number in range(times):
            writer.write(piece)
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    sizes: list[int] = []
    async with talking((one, loud)):
        await download(cast.charlie, "q=project:shop&text=nothing-of-it")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        answer = await download(cast.charlie, "q=project:shop", lambda got: sizes.append(len(got)))
    assert answer.status == 200
    assert sum(sizes) == times * 1000 * len(line)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 * 1024
