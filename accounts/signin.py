"""Writes audit entries about signing in and out, and about passwords and factors. Decides nothing."""

from dataclasses import replace

from django.db import transaction

from accounts.models import User
from accounts.permission import target_of
from accounts.sessions import end_session, end_sessions
from audit import write
from audit.shapes import Target, Who


def signed_in(user: User, who: Who, *, how: str) -> None:
    """A person signed in. `who` has the new session, `how` is e.g. `password, recovery code`."""
    detail = f"{user.email}: {how}" if how else user.email
    _event(who, "signin.ok", target_of(user), detail=detail)


def signed_out(user: User, who: Who) -> None:
    """A person ended their own session."""
    _event(who, "signin.out", target_of(user))


def end_other_session(user: User, who: Who, *, handle: str) -> bool:
    """End another session of the person and log it. False when there is none."""
    with transaction.atomic():
        ended = end_session(user, handle)
        if ended:
            _event(who, "signin.out", target_of(user), detail="another session of theirs")
    return ended


def end_other_sessions(user: User, who: Who, *, but: str | None) -> int:
    """End all sessions of the person except `but` and log it. Returns how many."""
    with transaction.atomic():
        ended = end_sessions(user, but=but)
        if ended:
            _event(who, "signin.out", target_of(user), detail=f"all other sessions: {ended}")
    return ended


def sign_in_failed(who: Who, *, email: str, why: str) -> None:
    """A failed sign-in. `email` is what was typed. `why` is only for the log."""
    user = User.objects.filter(email=email).first()
    target = target_of(user) if user else Target(kind="user", name=email[:200])
    named = replace(who, name=email[:200], user_id=user.pk if user else None)
    _event(named, "signin.failed", target, detail=why)


def sign_in_limited(who: Who, *, email: str) -> None:
    """Too many tries, refused before the password was checked. Equal ones are counted."""
    write.refusal(
        replace(who, name=email[:200]),
        "signin.failed",
        Target(kind="user", name=email[:200]),
        reason="too many tries",
    )


def password_changed(user: User, who: Who) -> None:
    """A person changed their own password."""
    _event(who, "people.password", target_of(user))


def factor_changed(user: User, who: Who, *, what: str) -> None:
    """A second factor was added, removed or renewed, e.g. `totp added`."""
    _event(who, "people.factor", target_of(user), detail=what)


def _event(who: Who, verb: str, target: Target, *, detail: str = "") -> None:
    with transaction.atomic():
        write.event(who, verb, target, detail=detail)
