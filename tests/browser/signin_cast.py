"""A Haulout without hosts for the tests of sign-in, its administrator, and a device for passkeys."""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.newcomer import PASSWORD, become_admin
from tests.stack import Stack

ADA = "ada@example.org"


@dataclass(frozen=True)
class Doors:
    """`url` of a running Haulout under a name that passkeys can have; `state` is Ada's session."""

    stack: Stack
    url: str
    state: Any


def doors_of(stack: Stack, browser: Any) -> Doors:
    """Make Ada the administrator."""
    stack.read_first_link()
    url = f"http://localhost:{stack.port}"
    context = browser.new_context()
    page = context.new_page()
    become_admin(page, stack.first_admin_link.replace("127.0.0.1", "localhost"), email=ADA)
    state = context.storage_state()
    context.close()
    return Doors(stack, url, state)


@pytest.fixture(scope="session")
def doors(browser: Any, prepared_data: Callable[[Path], Path]) -> Iterator[Doors]:
    """Started with the first test that wants it."""
    data = Path(tempfile.mkdtemp(prefix="haulout-doors-"))
    try:
        with Stack(prepared_data(data)) as running:
            yield doors_of(running, browser)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def invited(doors: Doors, new_page: Any, name: str) -> tuple[Any, str]:
    """A viewer's page, signed in, and their address: a new one each time, as tests are repeated."""
    email = f"{name.lower()}-{secrets.token_hex(3)}@example.org"
    link = doors.stack.manage("user", "invite", email).strip().splitlines()[-1]
    page = new_page()
    page.goto(f"{doors.url}/{link.split('/', 3)[3]}")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("form button.btn-primary")
    page.wait_for_url(f"{doors.url}/")
    return page, email


def device(page: Any) -> Any:
    """A device that keeps passkeys, knows its owner and presses by itself; for this page."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    return Device(cdp, made["authenticatorId"])


@dataclass(frozen=True)
class Device:
    """A virtual authenticator of Chromium's."""

    cdp: Any
    key: str

    def owner_is(self, *, there: bool) -> None:
        """Whether it finds its owner when it looks for finger, face or PIN."""
        told = {"authenticatorId": self.key, "isUserVerified": there}
        self.cdp.send("WebAuthn.setUserVerified", told)

    def moved_to(self, page: Any) -> "Device":
        """The same passkeys on a device in front of another page."""
        kept = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.key})
        other = device(page)
        for credential in kept["credentials"]:
            other.cdp.send(
                "WebAuthn.addCredential",
                {"authenticatorId": other.key, "credential": credential},
            )
        return other


def again(page: Any) -> None:
    """Answer “Confirm that it is you” with the password, where it is asked."""
    page.wait_for_load_state()
    if "/reauthenticate/" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.click("form button.btn-primary")


def sign_out(page: Any, url: str) -> None:
    """By the page that asks."""
    page.goto(f"{url}/account/logout/")
    page.click("form button.btn-primary")
    page.wait_for_url("**/account/login/**")
