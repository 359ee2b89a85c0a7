"""The link beside a test, on the test's database, and lab hosts registered with it."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings

from hosts import control, vault
from hosts.link.sockets import control_socket
from hosts.link.supervise.process import serve
from hosts.models import Container, Endpoint, Host
from tests import make
from tests.lab.hosts.processes import wait_until

WITHIN_S = 60.0


class Link:
    """`serve` in a thread of its own."""

    def __init__(self) -> None:
        self._ready = threading.Event()

    def start(self) -> "Link":
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._ready.wait(WITHIN_S)
        until("the link answers", answers)
        return self

    def stop(self) -> float:
        """End it in order; seconds that it took."""
        began = time.monotonic()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(WITHIN_S)
        assert not self._thread.is_alive()
        return time.monotonic() - began

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._ready.set()
        await serve(settings.HAULOUT_RUN, stop=self._stop)


def answers() -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(control_socket(settings.HAULOUT_RUN))) == 0


def reload() -> None:
    assert async_to_sync(control.reload)()


@pytest.fixture
def link(transactional_db: None) -> Iterator[Link]:
    vault.make_keys(Path(settings.HAULOUT_KEYS))
    running = Link().start()
    yield running
    if running._thread.is_alive():
        running.stop()


def register(host: object, *, user: str = "root", name: str = "", wait: bool = True) -> Endpoint:
    """A lab host with one login and endpoint; returns when it is up."""
    login = host.login(user)  # type: ignore[attr-defined]
    row, _ = Host.objects.get_or_create(
        name=name or host.name,  # type: ignore[attr-defined]
        defaults={
            "address": host.address,  # type: ignore[attr-defined]
            "port": host.port,  # type: ignore[attr-defined]
            "host_key": host.host_key_line,  # type: ignore[attr-defined]
            "fingerprint": host.host_key_fingerprint,  # type: ignore[attr-defined]
        },
    )
    key = vault.seal(login.key_file.read_bytes(), "ssh-key")
    endpoint = make.endpoint(
        row,
        user=user,
        login={"sealed_key": key},
        state="connecting",
        socket=login.socket,
        rootless=bool(login.uid),
    )
    reload()
    if wait:
        until(f"{row.name} up and compared", lambda: up(endpoint))
    return endpoint


def up(endpoint: Endpoint) -> bool:
    endpoint.refresh_from_db()
    return endpoint.state == "up" and endpoint.compared_at is not None


def until(what: str, happens: Callable[[], bool], *, timeout_s: float = WITHIN_S) -> float:
    """Wait for it; seconds that it took."""
    began = time.monotonic()
    wait_until(what, happens, timeout_s=timeout_s)
    return time.monotonic() - began


def state_of(endpoint: Endpoint, name: str) -> str:
    """State of a container that is there, or "" when it is not."""
    row = Container.objects.filter(endpoint=endpoint, name=name, gone=None).first()
    return row.state if row else ""
