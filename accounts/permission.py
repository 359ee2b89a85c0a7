"""Authorises a person to change another. Refusals are written to the audit log here."""

from accounts.errors import NotPermitted
from accounts.grant_source import verbs_anywhere, verbs_everywhere
from accounts.models import Role, Team, User
from accounts.verbs import ACCESS_EDIT, PEOPLE_MANAGE
from audit import write
from audit.shapes import Target, Who


def target_of(user: User) -> Target:
    """The audit target of a person."""
    return Target(kind="user", id=user.pk or "", name=str(user))


def require_manage(
    by: User, who: Who, *, target: Target, role: Role, over: User | None = None
) -> None:
    """Raise NotPermitted unless `by` may manage people and holds all that `role` and `over` hold. So nobody
    hands out or takes over more rights than their own. Call it outside a transaction, so that the refusal
    is kept.
    """
    verb = PEOPLE_MANAGE.name
    _require(by, who, verb, target)
    if not role.verb_names() <= verbs_everywhere(by):
        _refuse(who, verb, target, f"the role {role.name} permits more than their own")
    if over is not None and not verbs_anywhere(over) <= verbs_everywhere(by):
        _refuse(who, verb, target, f"{over} holds more than they do")


def require_access(
    by: User, who: Who, *, target: Target, gives: Role | Team | User | None = None
) -> None:
    """As `require_manage`, for access.edit. `gives`: the role, team or person whose rights are given or
    taken.
    """
    verb = ACCESS_EDIT.name
    _require(by, who, verb, target)
    if gives is not None and not verbs_anywhere(gives) <= verbs_everywhere(by):
        _refuse(who, verb, target, f"{gives} holds more than they do")


def _require(by: User, who: Who, verb: str, target: Target) -> None:
    if not by.has_verb(verb):
        _refuse(who, verb, target, f"role lacks {verb}")


def _refuse(who: Who, verb: str, target: Target, reason: str) -> None:
    write.refusal(who, verb, target, reason=reason)
    raise NotPermitted(verb)
