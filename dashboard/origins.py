"""The guard before every WebSocket: an Origin that is exactly one of ours; none is refused."""

from typing import Any

from django.conf import settings


class OriginRequired:
    """ASGI middleware. Refuses with close code 4403 before anything else is looked at."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin not in settings.CSRF_TRUSTED_ORIGINS:
            await receive()
            await send({"type": "websocket.close", "code": 4403})
            return
        await self.application(scope, receive, send)
