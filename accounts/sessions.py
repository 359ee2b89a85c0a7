"""Ending somebody's sessions: their rows go, so that open sockets, which look for them, close too."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End all sessions of `user` except the one with the key `but`. How many were ended.

    Reads every live session, since a session's row does not say whose it is: a fraction of a
    second for thousands, and only where a password or an account changes.
    """
    live = Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=but)
    theirs = [
        session.session_key
        for session in live.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    ended, _per_model = Session.objects.filter(session_key__in=theirs).delete()
    return ended
