"""Live statistics over the real ASGI application, with a socket that speaks like Podman."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from accounts.models import Role
from dashboard.asgi import application
from hosts.link.sockets import endpoint_socket
from tests import make
from tests.cast import Cast
from tests.hosts.podman.fake import Fake, Request, serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
ORIGIN = b"http://127.0.0.1:8000"
ONE, TWO, INFRA, POD = "1" * 64, "2" * 64, "3" * 64, "9" * 64
HEAD = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nTransfer-Encoding: chunked\r\n\r\n"
Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


def line(at: int, *ids: str) -> bytes:
    """What containers use at a second; a container's memory tells which it is."""
    stats = [
        {
            "ContainerID": one,
            "CPUNano": 1000,
            "SystemNano": at * 10**9,
            "MemUsage": int(one[0]) * 1024,
            "MemLimit": 8192,
            "PIDs": 2,
            "Network": {"eth0": {"RxBytes": 500, "TxBytes": 70}},
        }
        for one in ids
    ]
    data = json.dumps({"Error": None, "Stats": stats}).encode() + b"\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


@pytest.fixture
def endpoint(cast: Cast) -> Any:
    made = make.endpoint("web1")
    make.pod(made, "shop", podman_id=POD)
    for podman_id, pod in ((ONE, ""), (TWO, POD), (INFRA, POD)):
        make.container(made, podman_id[0], podman_id=podman_id, pod_id=pod)
    return made


@asynccontextmanager
async def podman(endpoint: Any, handler: Handler) -> AsyncIterator[Fake]:
    """`handler` behind the streams socket of the endpoint."""
    path = endpoint_socket(settings.HAULOUT_RUN, endpoint.pk, "web")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    async with serving(handler) as fake:
        path.symlink_to(fake.path)
        yield fake
    path.unlink()


def always(*ids: str) -> Handler:
    """A line with these containers again and again."""

    async def handler(asked: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        for at in range(1, 10_000):
            writer.write(line(at, *ids))
            await writer.drain()
            await asyncio.sleep(0.05)

    return handler


class Page:
    """One person's socket."""

    def __init__(self, user: Any, *names: str) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        headers = [
            (b"origin", ORIGIN),
            (b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()),
        ]
        query = "&".join(f"of={name}" for name in names)
        self.socket = WebsocketCommunicator(application, f"/ws/stats/?{query}", headers=headers)

    async def message(self, *, kind: str) -> dict[str, Any]:
        """The next of that kind."""
        while True:
            found = await self.socket.receive_output(10)
            assert found["type"] == "websocket.send", found
            told: dict[str, Any] = json.loads(found["text"])
            if told["type"] == kind:
                return told


async def opened(user: Any, *names: str) -> Page:
    page = await sync_to_async(Page)(user, *names)
    connected, _ = await page.socket.connect(timeout=10)
    assert connected
    return page


async def refused(user: Any, *names: str) -> int:
    """The code that a socket is closed with."""
    page = await opened(user, *names)
    found = await page.socket.receive_output(10)
    assert found["type"] == "websocket.close"
    return int(found["code"])


async def test_a_container_a_pod_and_the_host(cast: Cast, endpoint: Any) -> None:
    names = [
        f"container:{endpoint.pk}:{ONE}",
        f"pod:{endpoint.pk}:{POD}",
        f"host:{endpoint.host_id}",
    ]
    async with podman(endpoint, always(ONE, TWO, INFRA)):
        page = await opened(cast.charlie, *names)
        assert (await page.message(kind="status"))["state"] == "connecting"
        assert (await page.message(kind="status"))["state"] == "live"
        told = (await page.message(kind="sample"))["of"]
        memory = {name: values[1] for name, values in told.items()}
        assert memory == dict(zip(names, (1024, 5 * 1024, 6 * 1024), strict=True))
        pids = {name: values[-1] for name, values in told.items()}
        assert pids == dict(zip(names, (2, 4, 6), strict=True))
        await page.socket.disconnect()


async def test_who_does_not_run_has_no_sample(cast: Cast, endpoint: Any) -> None:
    async with podman(endpoint, always(TWO)):
        page = await opened(cast.charlie, f"container:{endpoint.pk}:{ONE}")
        told = await page.message(kind="sample")
        assert told["of"] == {f"container:{endpoint.pk}:{ONE}": None}
        await page.socket.disconnect()


async def test_all_viewers_share_one_stream_that_ends_with_the_last(
    cast: Cast, endpoint: Any
) -> None:
    ended = asyncio.Event()

    async def handler(asked: Request, writer: asyncio.StreamWriter) -> None:
        try:
            await always(ONE, TWO)(asked, writer)
        finally:
            ended.set()

    async with podman(endpoint, handler) as fake:
        first = await opened(cast.charlie, f"container:{endpoint.pk}:{ONE}")
        await first.message(kind="sample")
        second = await opened(cast.bob, f"container:{endpoint.pk}:{TWO}")
        await second.message(kind="sample")
        assert len(fake.asked) == 1
        assert "interval=2" in fake.asked[0].line
        await first.socket.disconnect()
        await second.message(kind="sample")
        await second.socket.disconnect()
        await asyncio.wait_for(ended.wait(), 10)


async def test_why_a_host_cannot_is_told(cast: Cast, endpoint: Any) -> None:
    words = "container stats resource only available for cgroup v2"

    async def handler(asked: Request, writer: asyncio.StreamWriter) -> None:
        body = json.dumps({"cause": words, "message": words, "response": 409}).encode()
        writer.write(
            b"HTTP/1.1 409 Conflict\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        await writer.drain()

    async with podman(endpoint, handler):
        page = await opened(cast.charlie, f"container:{endpoint.pk}:{ONE}")
        await page.message(kind="status")
        told = await page.message(kind="status")
        assert (told["state"], told["cause"], told["host"]) == ("refused", words, "web1")
        await page.socket.disconnect()


@pytest.mark.parametrize(
    "name",
    [
        "container:{pk}:" + "4" * 64,
        "container:99999:" + ONE,
        "pod:{pk}:" + ONE,
        "host:99999",
        "host:" + "9" * 30,
        "volume:{pk}:x",
        "",
    ],
)
async def test_what_is_not_there_is_not_found(cast: Cast, endpoint: Any, name: str) -> None:
    assert await refused(cast.alice, name.format(pk=endpoint.pk)) == 4404


async def test_who_may_not_is_denied(cast: Cast, endpoint: Any) -> None:
    def without() -> None:
        verbs = sorted(cast.charlie.role.verb_names() - {"container.stats"})
        cast.charlie.role = Role.objects.create(name="blind", verbs=verbs)
        cast.charlie.save()

    await sync_to_async(without)()
    for name in (f"container:{endpoint.pk}:{ONE}", f"pod:{endpoint.pk}:{POD}"):
        assert await refused(cast.charlie, name) == 4403
    assert await refused(cast.charlie, f"host:{endpoint.host_id}") == 4403
