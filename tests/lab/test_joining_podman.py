"""Podman is missing, too old or closed to the account, or its store is known: page, console, log."""

import logging
import re
from collections.abc import Callable
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hosts.models import Endpoint, Host, Login
from tests.cast import Cast
from tests.lab.old_podman import speaking_3_4, without_podman
from tests.lab.wizard import ended, examine, own_key, to_the_key, vault_keys

__all__ = ["vault_keys"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vault_keys")]

Refused = Callable[..., tuple[dict[str, str], str, str, str]]


@pytest.fixture
def browser(cast: Cast, browser_of: Any) -> Any:
    return browser_of(cast.alice)


@pytest.fixture
def refused(browser: Any, caplog: pytest.LogCaptureFixture) -> Refused:
    """How the doctor's steps end, and what page, log and console say. Nothing may be registered."""

    def ask(
        host: Any, user: str = "root", socket: str = ""
    ) -> tuple[dict[str, str], str, str, str]:
        caplog.set_level(logging.INFO)
        before = [kind.objects.count() for kind in (Host, Login, Endpoint)]
        url = f"ssh://{user}@{host.address}:{host.port}{socket}"
        to_the_key(browser, host, user, address=url)
        browser.send("/hosts/add/key/own/", {"private_key": own_key(host, user)})
        lines = examine(browser)
        page = plain("".join(line.get("html", "") for line in lines))
        answer = browser.send(
            "/hosts/add/register/", {"name": "web1", "socket": socket or host.socket}
        )
        assert answer.status_code == 200, answer["Location"]
        console = refusal(url, host.login(user).key_file, host.host_key_fingerprint)
        assert [kind.objects.count() for kind in (Host, Login, Endpoint)] == before
        return ended(lines), page, caplog.text, console

    return ask


def refusal(url: str, key: Path, fingerprint: str) -> str:
    """The line with which `manage.py host add` refuses."""
    words = ("host", "add", url, "--key-file", str(key), "--fingerprint", fingerprint)
    with pytest.raises(CommandError) as caught:
        call_command(*words, stdout=StringIO())
    return str(caught.value)


def plain(html: str) -> str:
    """The words of a page, as one reads them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.usefixtures("faults")
def test_no_podman(lab: Any, refused: Refused) -> None:
    with without_podman(lab.idle_exit):
        steps, *told = refused(lab.idle_exit)
    assert (steps["login"], steps["sockets"]) == ("passed", "failed")
    for words in told:
        assert "Podman is not installed on this host" in words
        assert "As root: apt install podman" in words


@pytest.mark.usefixtures("faults")
def test_podman_3(lab: Any, refused: Refused) -> None:
    with speaking_3_4(lab.idle_exit):
        steps, *told = refused(lab.idle_exit)
    assert (steps["sockets"], steps["podman"]) == ("passed", "failed")
    assert "api" not in steps
    for words in told:
        assert "Podman 3.4.4 is on this host; Haulout needs 4.0 or later." in words
        assert "apt install podman" in words


def test_no_right_to_the_socket(lab: Any, refused: Refused) -> None:
    steps, *told = refused(lab.rootless, "seal", "/run/podman/podman.sock")
    assert steps["sockets"] == "failed"
    for words in told:
        assert "The account seal may not open /run/podman/podman.sock." in words
        assert "use a socket of seal's own" in words


def test_the_same_store_twice(lab: Any, browser: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    host = lab.rootless
    seal = host.login("seal")
    # root's account reaches the user's socket too: one store, two ways
    add = ("host", "add", f"ssh://root@{host.address}{seal.socket}", "--name", "web1")
    given = ("--fingerprint", host.host_key_fingerprint, "--key-file")
    call_command(*add, *given, str(host.key_file), stdout=StringIO())
    known = "already registered, as web1/seal"

    browser.send("/hosts/add/", {"address": f"seal@{host.address}"})
    browser.send("/hosts/add/fingerprint/", {"fingerprint": host.host_key_fingerprint, "into": "1"})
    browser.send("/hosts/add/key/own/", {"private_key": own_key(host, "seal")})
    examine(browser)
    answer = browser.send("/hosts/add/register/", {"socket": seal.socket})
    assert known in plain(answer.content.decode())
    assert known in caplog.text
    url = f"ssh://seal@{host.address}"
    assert known in refusal(url, seal.key_file, host.host_key_fingerprint)
    assert [login.user for login in Login.objects.all()] == ["root"]
    assert Endpoint.objects.count() == 1


def test_tcp(browser: Any, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.INFO)
    answer = browser.send("/hosts/add/", {"address": "tcp://10.0.0.7:2375", "user": "root"})
    page = plain(answer.content.decode())
    console = refusal("tcp://10.0.0.7:2375", tmp_path / "key", "SHA256:x")
    for told in (page, caplog.text, console):
        assert "tcp:// socket has no authentication" in told
        assert "Give the host's SSH address, and close that port." in told
    assert not Host.objects.exists()
