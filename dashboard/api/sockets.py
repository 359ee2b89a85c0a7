"""WebSockets of the REST door: the token comes in the handshake's Authorization header.

No page of another site can set that header, so no Origin is asked for.
"""

from http import HTTPStatus
from typing import Any

from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from django.db import close_old_connections
from django.urls import path, re_path

from accounts.models import Token
from dashboard.api.bearer import person_with, stranger_at
from dashboard.api.exec import ExecConsumer
from dashboard.api.problems import Problem
from dashboard.middleware import API
from dashboard.signed_in import mark_signed_in
from dashboard.sockets.routes import NOWHERE
from hosts.access import Person, bearer, limits
from hosts.access.guard import NO_SESSION
from hosts.access.limits import TooManyRequests

routes: list[Any] = [
    path(f"{API[1:]}containers/<int:endpoint_id>/<str:podman_id>/exec", ExecConsumer.as_asgi()),
    re_path("", NOWHERE),
]


class ApiSockets:
    """ASGI middleware: sockets below /api/v1/ are ours, all others the browsers'. Whoever has no valid
    token gets no socket: the handshake ends in 403.
    """

    def __init__(self, browsers: Any) -> None:
        self._browsers, self._ours = browsers, URLRouter(routes)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not scope["path"].startswith(API):
            await self._browsers(scope, receive, send)
            return
        found = await sync_to_async(_admitted, thread_sensitive=False)(scope)
        if found is None:
            await receive()
            await send({"type": "websocket.close", "code": 4000 + HTTPStatus.UNAUTHORIZED})
            return
        token, person = found
        mark_signed_in(scope)
        ours = {"token": token, "person": person, "session_key": NO_SESSION}
        await self._ours({**scope, **ours}, receive, send)


def _admitted(scope: dict[str, Any]) -> tuple[Token, Person] | None:
    """Who comes, and by which token; None for a stranger, and for whoever asks too often."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    secret = bearer.secret_of(headers.get(b"authorization", ""))
    if not secret:
        return None
    close_old_connections()
    try:
        peer = (scope.get("client") or [""])[0]
        forwarded = headers.get(b"x-forwarded-for", "")
        stranger = stranger_at(peer, forwarded)
        token = bearer.find_token(secret, stranger)
        if token is None:
            return None
        limits.use(token.pk).require()
        return token, person_with(token, stranger)
    except (TooManyRequests, Problem):
        return None
    finally:
        close_old_connections()
