"""What the audit log hears of signing in and out, and of one's secrets. Decides nothing."""

from dataclasses import replace

from django.db import transaction

from accounts.models import User
from accounts.permission import target_of
from accounts.sessions import end_session, end_sessions
from audit import write
from audit.shapes import Target, Who


def signed_in(user: User, who: Who, *, how: str) -> None:
    """Somebody got in; `who` carries the new session, `how` is e.g. `password, recovery code`."""
    detail = f"{user.email}: {how}" if how else user.email
    _event(who, "signin.ok", target_of(user), detail=detail)


def signed_out(user: User, who: Who) -> None:
    """Somebody ended their session themselves."""
    _event(who, "signin.out", target_of(user))


def ended_elsewhere(user: User, who: Who, *, handle: str) -> bool:
    """Somebody ended another session of theirs: gone and written down, or False and neither."""
    with transaction.atomic():
        ended = end_session(user, handle)
        if ended:
            _event(who, "signin.out", target_of(user), detail="another session of theirs")
    return ended


def ended_all_elsewhere(user: User, who: Who, *, but: str | None) -> int:
    """Somebody ended all their sessions except the one with the key `but`; how many, written down."""
    with transaction.atomic():
        ended = end_sessions(user, but=but)
        if ended:
            _event(who, "signin.out", target_of(user), detail=f"all other sessions: {ended}")
    return ended


def failed(who: Who, *, email: str, why: str) -> None:
    """A try that did not get in. `email` is what was typed, `why` goes to the log alone."""
    user = User.objects.filter(email=email).first()
    target = target_of(user) if user else Target(kind="user", name=email[:200])
    named = replace(who, name=email[:200], user_id=user.pk if user else None)
    _event(named, "signin.failed", target, detail=why)


def limited(who: Who, *, email: str) -> None:
    """Too many tries, refused before the password was looked at. Equal ones are counted as one."""
    write.refusal(
        replace(who, name=email[:200]),
        "signin.failed",
        Target(kind="user", name=email[:200]),
        reason="too many tries",
    )


def password_changed(user: User, who: Who) -> None:
    """Somebody changed their own password."""
    _event(who, "people.password", target_of(user))


def factor_changed(user: User, who: Who, *, what: str) -> None:
    """A second factor was added, removed or renewed, e.g. `totp added`."""
    _event(who, "people.factor", target_of(user), detail=what)


def _event(who: Who, verb: str, target: Target, *, detail: str = "") -> None:
    with transaction.atomic():
        write.event(who, verb, target, detail=detail)
