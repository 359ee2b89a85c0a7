"""What a session that a provider began has open closes when its person is disabled."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings

from accounts import actions
from dashboard.asgi import application
from dashboard.live.hub import hub
from tests.cast import Browser, Cast


@pytest.mark.django_db(transaction=True)
async def test_open_lists_close(cast: Cast, come: Any, who_of: Any) -> None:
    browser = Browser()
    await sync_to_async(come)(browser)
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    headers = [
        (b"origin", b"http://localhost:8000"),
        (b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()),
    ]
    socket = WebsocketCommunicator(application, "/ws/live/", headers=headers)
    assert (await socket.connect(timeout=20))[0]
    await sync_to_async(actions.disable)(cast.alice, who_of(cast.alice), user=cast.bob)
    async with asyncio.timeout(30):
        while (told := await socket.receive_output(30))["type"] != "websocket.close":
            pass
    assert told["code"] == 4401
    await hub().close()
