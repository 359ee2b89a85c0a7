"""Which way streams take on real hosts, why, and that the slow way serves as many as the fast one."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import pytest
from asgiref.sync import async_to_sync
from django.conf import settings

from hosts.link import keys
from hosts.link.sockets import endpoint_socket
from hosts.models import Endpoint, Login
from tests.lab.hosts import Host, Lab
from tests.lab.link_process import Link, link, register, until

__all__ = ["link"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("faults")]


@pytest.fixture
def sshd_says() -> Iterator[Callable[[Host, str], None]]:
    """`sshd_says(host, lines)`: further lines at the head of its sshd_config, until the end."""
    before: list[tuple[Host, str]] = []

    def say(host: Host, lines: str) -> None:
        file = host.folder / "etc/ssh/sshd_config"
        before.append((host, file.read_text()))
        file.write_text(lines + file.read_text())
        host.kill_sshd()
        host.start_sshd()

    yield say
    for host, text in before:
        (host.folder / "etc/ssh/sshd_config").write_text(text)
        host.kill_sshd()
        host.start_sshd()


@pytest.fixture
def key_says(lab: Lab) -> Iterator[Callable[[Host, str], None]]:
    """`key_says(host, form)`: another form of root's key in authorized_keys, until the end."""
    before: list[tuple[Host, str]] = []

    def say(host: Host, form: str) -> None:
        text = host.run("cat", "/root/.ssh/authorized_keys")
        before.append((host, text))
        own = keys.public_line(keys.parse_private(host.key_file.read_bytes()))
        [line] = [one.line for one in keys.authorized_forms(own) if one.form == form]
        write(host, line + "\n")

    yield say
    for host, text in before:
        write(host, text)


def write(host: Host, text: str) -> None:
    host.run("sh", "-c", 'printf %s "$1" > /root/.ssh/authorized_keys', "sh", text)


def login_of(endpoint: Endpoint) -> Login:
    return Login.objects.get(pk=endpoint.login_id)


def told(endpoint: Endpoint) -> tuple[str, str]:
    login = login_of(endpoint)
    return login.transport, login.transport_why


async def many(endpoint: Endpoint, count: int) -> list[Any]:
    """So many answers of Podman at once, each over a connection of its own."""
    path = str(endpoint_socket(settings.HAULOUT_RUN, endpoint.pk))

    async def one() -> Any:
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(path)) as session,
            session.get("http://d/v5.0.0/libpod/_ping") as answer,
        ):
            return answer.status, await answer.text()

    return await asyncio.gather(*(one() for _ in range(count)))


def test_sockets_are_forwarded_where_the_host_lets_them(lab: Lab, link: Link) -> None:
    endpoint = register(lab.hosts[0])
    until("told", lambda: told(endpoint) == ("forward", ""))
    assert login_of(endpoint).sessions_most == 0


def test_a_server_that_forwards_no_sockets(
    lab: Lab, link: Link, sshd_says: Callable[[Host, str], None], client: Any, cast: Any
) -> None:
    host = lab.hosts[0]
    sshd_says(host, "AllowStreamLocalForwarding no\nMaxSessions 6\n")
    endpoint = register(host)
    until("told", lambda: told(endpoint) == ("dial-stdio", "sshd"))
    # twice as many as there are sessions: each gets its turn
    assert async_to_sync(many)(endpoint, 12) == [(200, "OK")] * 12
    client.force_login(cast.alice)
    page = client.get(f"/hosts/{endpoint.host_id}/").content.decode()
    assert "podman system dial-stdio" in page
    assert "AllowStreamLocalForwarding" in page


def test_a_key_that_permits_nothing_else(
    lab: Lab, link: Link, key_says: Callable[[Host, str], None]
) -> None:
    host = lab.hosts[0]
    key_says(host, "dial-stdio")
    endpoint = register(host)
    until("told", lambda: told(endpoint) == ("dial-stdio", "key"))
    login = login_of(endpoint)
    # the events' stream at least, and never more than the host gives
    assert 1 <= login.sessions_used <= login.sessions_most == 10
    assert async_to_sync(many)(endpoint, 15) == [(200, "OK")] * 15
