"""Steps through the wizard as a browser makes them, for tests on real hosts."""

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import AsyncClient

from hosts import vault
from tests.cast import Browser


def examine(browser: Browser, path: str = "/hosts/add/examine/") -> list[dict[str, Any]]:
    """The doctor's lines, read to the end as the page's script reads them."""

    async def read() -> list[dict[str, Any]]:
        client = AsyncClient()
        client.cookies = browser.cookies
        answer: Any = await client.post(path)
        assert answer.status_code == 200, answer.status_code
        text = b"".join([part async for part in answer.streaming_content])
        return [json.loads(line) for line in text.splitlines()]

    return async_to_sync(read)()


def ended(lines: list[dict[str, Any]]) -> dict[str, str]:
    """How each step ended."""
    return {line["step"]: line["state"] for line in lines if "step" in line}


def own_key(host: Any, user: str = "root") -> str:
    """The private key that the lab put on a host for this account."""
    return str(host.login(user).key_file.read_text())


def draft(browser: Browser) -> dict[str, Any]:
    """What the session remembers of the wizard."""
    store = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    kept: dict[str, Any] = store.get("joining", {})
    return kept


def to_the_key(browser: Browser, host: Any, user: str = "root", *, address: str = "") -> None:
    """The first two steps: the address, and the yes to its fingerprint."""
    given = {"address": address or host.address, "port": str(host.port), "user": user}
    answer = browser.send("/hosts/add/", given)
    assert answer.status_code == 302, answer.context["form"].errors.as_text()
    page = browser.get("/hosts/add/fingerprint/").content.decode()
    assert host.host_key_fingerprint in page
    answer = browser.send("/hosts/add/fingerprint/", {"fingerprint": host.host_key_fingerprint})
    assert answer["Location"] == "/hosts/add/key/"


@pytest.fixture
def vault_keys(keys: None) -> None:
    """The vault's key files, beside those of web and audit."""
    vault.make_keys(settings.HAULOUT_KEYS)
