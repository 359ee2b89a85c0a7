"""Ends sessions by deleting their rows. Open sockets look for the rows, so they close too."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import epoch
from accounts.models import User


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End all sessions of `user` except the one with the key `but`. Returns how many. Reads every live
    session, since a row does not name its user. That takes a fraction of a second, and only passwords and
    accounts need it.
    """
    theirs = [key for key, _kept in sessions_of(user) if key != but]
    return _end(theirs)


def sessions_of(user: User) -> Iterator[tuple[str, dict[str, Any]]]:
    """(key, data) of each live session of `user`."""
    live = Session.objects.filter(expire_date__gt=timezone.now())
    for session in live.iterator():
        kept: dict[str, Any] = session.get_decoded()
        if kept.get(SESSION_KEY) == str(user.pk):
            yield session.session_key, kept


def handle_of(key: str) -> str:
    """Names a session on a page. The key itself would let its reader in."""
    return hashlib.sha256(f"session {key}".encode()).hexdigest()[:24]


def end_session(user: User, handle: str) -> bool:
    """End the session of `user` with this handle. False when there is none."""
    return bool(_end([key for key, _kept in sessions_of(user) if handle_of(key) == handle]))


def _end(keys: list[str]) -> int:
    ended, _per_model = Session.objects.filter(session_key__in=keys).delete()
    if ended:
        epoch.announce_change()
    return ended
