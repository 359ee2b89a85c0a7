"""When a session ends by itself: after SESSION_COOKIE_AGE without a request, at the latest after
HAULOUT_SESSION_END_S. Both ends are kept in the session's own expiry, so sockets see them too.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

BEGAN = "haulout_began"
SEEN = "haulout_seen"
# a session is written at most this often for being used
TOUCH_S = 60
# sent by a page that asks by itself: nobody need sit before it
UNATTENDED = "X-Unattended"


def keep(request: HttpRequest) -> None:
    """Move the idle end of this request's session on, or end it when its time is over."""
    session = request.session
    if SESSION_KEY not in session:
        return
    now = int(time.time())
    left_s = session.setdefault(BEGAN, now) + settings.HAULOUT_SESSION_END_S - now
    if left_s <= 0:
        logout(request)
    elif UNATTENDED not in request.headers and now - session.get(SEEN, 0) >= TOUCH_S:
        session[SEEN] = now
        session.set_expiry(min(settings.SESSION_COOKIE_AGE, left_s))


@sync_and_async_middleware
def SessionAge(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:  # noqa: N802 - as Django's own
    """Stands after allauth's middleware and before SignInRequired."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            await sync_to_async(keep)(request)
            answer: Awaitable[HttpResponseBase] = get_response(request)
            return await answer

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        keep(request)
        response: HttpResponseBase = get_response(request)
        return response

    return synchronous
