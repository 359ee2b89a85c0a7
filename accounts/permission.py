"""May this person do this to that person? Refusals are written to the audit log here."""

from accounts.beyond import measure, reach
from accounts.errors import NotPermitted
from accounts.models import Role, Team, User
from accounts.verbs import ACCESS_EDIT, PEOPLE_MANAGE
from audit import write
from audit.shapes import Target, Who


def target_of(user: User) -> Target:
    """The audit log's words for a person."""
    return Target(kind="user", id=user.pk or "", name=str(user))


def require_manage(
    by: User, who: Who, *, target: Target, role: Role, over: User | None = None
) -> None:
    """Raise NotPermitted unless `by` may manage people and holds all that `role` permits, and all
    that grants give `over`, the person it is about.

    The second half keeps anybody from handing out, or taking over, more rights than their own.
    Call it outside a transaction: the refusal must stay when the exception passes.
    """
    verb = PEOPLE_MANAGE.name
    _require(by, who, verb, target)
    if not role.verb_names() <= measure(by):
        _refuse(who, verb, target, f"the role {role.name} permits more than their own")
    if over is not None and not reach(over) <= measure(by):
        _refuse(who, verb, target, f"{over} holds more than they do")


def require_access(
    by: User, who: Who, *, target: Target, gives: Role | Team | User | None = None
) -> None:
    """The same for access.edit and what is given, changed or taken along: a role, a team's grants,
    a person's rights.
    """
    verb = ACCESS_EDIT.name
    _require(by, who, verb, target)
    if gives is not None and not reach(gives) <= measure(by):
        _refuse(who, verb, target, f"{gives} holds more than they do")


def _require(by: User, who: Who, verb: str, target: Target) -> None:
    if not by.has_verb(verb):
        _refuse(who, verb, target, f"role lacks {verb}")


def _refuse(who: Who, verb: str, target: Target, reason: str) -> None:
    write.refusal(who, verb, target, reason=reason)
    raise NotPermitted(verb)
