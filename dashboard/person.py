"""From a request, a socket or the console to the Person that actions and access know."""

import getpass
import hashlib
from typing import Any

from django.http import HttpRequest

from accounts.addresses import addresses
from accounts.models import Role, User
from audit.shapes import Who
from dashboard.approval_prompt import reason_of
from hosts.access import Person


def session_mark(key: str | None) -> str:
    """A short one-way mark of a session key: names the session in the log without opening it."""
    return hashlib.sha256(key.encode()).hexdigest()[:12] if key else ""


def who_of(user: User, *, session: str, peer: str, forwarded: str, door: str) -> Who:
    """The audit log's words for somebody at a door."""
    address, header = addresses(peer, forwarded)
    return Who(
        name=str(user),
        user_id=user.pk,
        session=session,
        token="",
        address=address,
        forwarded_for=header,
        door=door,
    )


def person_of(request: HttpRequest) -> Person:
    """The signed-in person behind a page request."""
    user = request.user
    assert isinstance(user, User)
    who = who_of(
        user,
        session=session_mark(request.session.session_key),
        peer=request.META.get("REMOTE_ADDR", ""),
        forwarded=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        door="page",
    )
    return Person(user, who, reason=reason_of(request))


def person_of_scope(scope: dict[str, Any]) -> Person:
    """The person behind a WebSocket: whom a token let in (dashboard.api.sockets), or who is signed in
    (dashboard.socket_session).
    """
    if "person" in scope:
        found: Person = scope["person"]
        return found
    forwarded = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
    who = who_of(
        scope["user"],
        session=session_mark(scope.get("session_key")),
        peer=(scope.get("client") or [""])[0],
        forwarded=forwarded,
        door="socket",
    )
    return Person(scope["user"], who)


def console_person() -> Person:
    """Whoever runs manage.py on this machine: may do all, and is written down as such."""
    account = getpass.getuser()
    user = User(name=f"{account} at the console", email="", is_active=True)
    user.role = Role.objects.get(name="admin")
    who = Who(
        name=f"{account} at the console",
        user_id=None,
        session="",
        token="",
        address="",
        forwarded_for="",
        door="console",
    )
    return Person(user, who)
