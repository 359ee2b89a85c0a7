"""What is in the way of a host: each with its own words beside its field, and nothing stays."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from hosts.models import Endpoint, Host, Login
from tests.cast import Cast
from tests.lab.wizard import draft, ended, examine, own_key, to_the_key, vault_keys

__all__ = ["vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]


@pytest.fixture
def browser(cast: Cast, browser_of: Any) -> Any:
    return browser_of(cast.alice)


@pytest.fixture(autouse=True)
def _nothing_stays(transactional_db: None) -> Iterator[None]:
    yield

    assert not Host.objects.exists()
    assert not Login.objects.exists()
    assert not Endpoint.objects.exists()


def address_errors(browser: Any, address: str, port: str = "") -> str:
    answer = browser.send("/hosts/add/", {"address": address, "port": port, "user": "root"})
    assert answer.status_code == 200
    form = answer.context["form"]
    return str(form.errors.as_text())


@contextmanager
def listening(first_words: bytes) -> Iterator[int]:
    """A server of this machine that says this to whoever comes, and waits."""
    loop = asyncio.new_event_loop()

    async def serve() -> asyncio.Server:
        async def each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(first_words)
            await reader.read()
            writer.close()

        return await asyncio.start_server(each, "127.0.0.1", 0)

    server = loop.run_until_complete(serve())
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_a_name_that_does_not_resolve(browser: Any) -> None:
    errors = address_errors(browser, "no-such-host.invalid")
    assert "does not resolve" in errors
    assert "getent hosts no-such-host.invalid" in errors


def test_a_closed_port(lab: Any, browser: Any) -> None:
    errors = address_errors(browser, lab.hosts[0].address, "2")
    assert "Nothing listens" in errors
    assert "* port" in errors
    assert "systemctl enable --now ssh" in errors


def test_a_port_that_is_not_ssh(browser: Any) -> None:
    with listening(b"220 mail.example.org ESMTP\r\n") as port:
        errors = address_errors(browser, "127.0.0.1", str(port))
    assert "not an SSH server" in errors
    assert "220 mail.example.org" in errors


def test_a_key_that_the_host_does_not_know(lab: Any, browser: Any) -> None:
    to_the_key(browser, lab.hosts[0])
    browser.get("/hosts/add/key/")  # makes a key that nobody has installed
    lines = examine(browser)
    assert ended(lines)["login"] == "failed"
    assert "authorized_keys" in lines[-2]["html"]
    assert lines[-1]["end"].strip() == ""
    browser.send("/hosts/add/register/", {"name": "web1", "socket": "/run/podman/podman.sock"})


def test_a_key_with_a_passphrase(lab: Any, browser: Any, tmp_path: Path) -> None:
    to_the_key(browser, lab.hosts[0])
    path = tmp_path / "key"
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret words", "-f", str(path)]
    subprocess.run(words, check=True)
    answer = browser.send("/hosts/add/key/own/", {"private_key": path.read_text()})
    page = answer.content.decode()
    assert "protected by a passphrase" in page
    assert path.read_text().splitlines()[1] not in page
    given = {"private_key": path.read_text(), "passphrase": "other words"}
    page = browser.send("/hosts/add/key/own/", given).content.decode()
    assert "does not open this key" in page
    assert "other words" not in page
    given["passphrase"] = "secret words"
    assert browser.send("/hosts/add/key/own/", given)["Location"] == "/hosts/add/check/"
    kept = str(draft(browser))
    assert "secret words" not in kept
    assert "PRIVATE" not in kept


def test_a_host_key_that_changed_meanwhile(lab: Any, browser: Any, faults: None) -> None:
    host = lab.hosts[0]
    to_the_key(browser, host)
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host)})
    host.new_host_key()
    lines = examine(browser)
    assert ended(lines)["host-key"] == "failed"
    assert "login" not in ended(lines)


def test_a_socket_that_nobody_serves(lab: Any, browser: Any, faults: None) -> None:
    host = lab.rootless
    to_the_key(browser, host, "seal")
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host, "seal")})
    host.kill_podman(user="seal")
    lines = examine(browser)
    assert ended(lines)["sockets"] == "failed"
    assert "podman.sock" in "".join(line.get("html", "") for line in lines)
    browser.send("/hosts/add/register/", {"name": "web1", "socket": host.login("seal").socket})


def test_a_socket_that_is_not_there(lab: Any, browser: Any) -> None:
    host = lab.hosts[0]
    url = f"ssh://root@{host.address}/run/elsewhere/podman.sock"
    to_the_key(browser, host, address=url)
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host)})
    lines = examine(browser)
    assert ended(lines)["sockets"] == "failed"
    assert "no socket /run/elsewhere/podman.sock" in "".join(line.get("html", "") for line in lines)


def test_registering_without_the_doctor(lab: Any, browser: Any) -> None:
    to_the_key(browser, lab.hosts[0])
    browser.send("/hosts/add/key/own/", {"private_key": own_key(lab.hosts[0])})
    answer = browser.send(
        "/hosts/add/register/", {"name": "web1", "socket": "/run/podman/podman.sock"}
    )
    assert answer["Location"] == "/hosts/add/"


def test_a_socket_the_doctor_did_not_see(lab: Any, browser: Any) -> None:
    to_the_key(browser, lab.hosts[0])
    browser.send("/hosts/add/key/own/", {"private_key": own_key(lab.hosts[0])})
    examine(browser)
    answer = browser.send("/hosts/add/register/", {"name": "web1", "socket": "/run/other.sock"})
    assert "Choose at least one Podman socket" in answer.content.decode()
