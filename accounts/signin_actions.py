"""Changes to how people sign in: second factors of a role, and ending other people's sessions.

As in accounts.actions, `by` is the person who asks and `who` their entry in the log.
"""

from django.db import transaction

from accounts import epoch
from accounts.models import Role, User
from accounts.permission import require_manage, target_of
from accounts.sessions import end_session, end_sessions
from audit import params, write
from audit.shapes import Target, Who

params.allow("people.second_factor", "second_factor")


def ask_second_factor(by: User, who: Who, *, role: Role, wanted: bool) -> None:
    """Require a second factor of everybody with `role`, or no longer. NotPermitted."""
    target = Target(kind="role", id=role.pk, name=role.name)
    require_manage(by, who, target=target, role=role)
    with transaction.atomic():
        if not Role.objects.filter(pk=role.pk, second_factor=not wanted).update(
            second_factor=wanted
        ):
            return
        epoch.raise_epoch()
        change = {"before": {"second_factor": not wanted}, "after": {"second_factor": wanted}}
        write.event(who, "people.second_factor", target, params=change)


def end_session_of(by: User, who: Who, *, user: User, handle: str) -> bool:
    """End one session of `user`. False when there is none. NotPermitted."""
    require_manage(by, who, target=target_of(user), role=user.role, over=user)
    with transaction.atomic():
        ended = end_session(user, handle)
        if ended:
            write.event(who, "people.sessions", target_of(user), detail="one session")
    return ended


def end_sessions_of(by: User, who: Who, *, user: User) -> int:
    """End all sessions of `user`, who may sign in again. Returns how many. NotPermitted."""
    require_manage(by, who, target=target_of(user), role=user.role, over=user)
    with transaction.atomic():
        ended = end_sessions(user)
        if ended:
            write.event(who, "people.sessions", target_of(user), detail=f"all sessions: {ended}")
    return ended
