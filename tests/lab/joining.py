"""Steps through the wizard as a browser makes them, for tests on real hosts."""

import json
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import AsyncClient

from tests.cast import Browser


def examine(browser: Browser, path: str = "/hosts/add/examine/") -> list[dict[str, Any]]:
    """The doctor's lines, read to the end as the page's script reads them."""

    async def read() -> list[dict[str, Any]]:
        client = AsyncClient()
        client.cookies = browser.cookies
        answer = await client.post(path)
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
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    kept: dict[str, Any] = store.get("joining", {})
    return kept
