"""Who is behind a WebSocket: the session cookie read once, in its own thread.

Channels' stock middleware goes through one shared database thread; this only reads.
"""

from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections

from dashboard.signed_in import mark_signed_in
from hosts.access.second_factor import lacks_factor


class SocketSession:
    """ASGI middleware: sets "user" and "session_key" in the scope. Closes with 4401 where nobody is
    signed in, or their role asks for a second factor that they lack.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        user, key = await sync_to_async(user_of, thread_sensitive=False)(scope)
        if user is None:
            await receive()
            await send({"type": "websocket.close", "code": 4401})
            return
        mark_signed_in(scope)
        await self.application({**scope, "user": user, "session_key": key}, receive, send)


def session_key(scope: dict[str, Any]) -> str:
    """The session key in the cookie header, or an empty string."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                cookies = SimpleCookie(value.decode("latin-1"))
            except CookieError:
                return ""
            if morsel := cookies.get(settings.SESSION_COOKIE_NAME):
                return str(morsel.value)
    return ""


def user_of(scope: dict[str, Any]) -> tuple[Any, str]:
    """(user, session key) behind the cookie of a scope's headers; (None, "") without one."""
    key = session_key(scope)
    if not key:
        return None, ""
    close_old_connections()
    try:
        request = _Request(import_module(settings.SESSION_ENGINE).SessionStore(key))
        user = get_user(request)  # type: ignore[arg-type]
        if not user.is_authenticated or not user.is_active or lacks_factor(user):
            return None, ""
        return user, key
    finally:
        close_old_connections()


class _Request:
    """The one attribute that django.contrib.auth.get_user reads."""

    def __init__(self, session: Any) -> None:
        self.session = session
