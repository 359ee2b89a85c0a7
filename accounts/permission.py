"""May this person do this to that person? Refusals are written to the audit log here."""

from accounts.errors import NotPermitted
from accounts.models import Role, User
from accounts.verbs import PEOPLE_MANAGE
from audit import write
from audit.shapes import Target, Who


def target_of(user: User) -> Target:
    """The audit log's words for a person."""
    return Target(kind="user", id=user.pk or "", name=str(user))


def require_manage(by: User, who: Who, *, target: Target, role: Role) -> None:
    """Raise NotPermitted unless `by` may manage people and holds all that `role` permits.

    The second half keeps anybody from handing out, or taking over, more rights than their own.
    Call it outside a transaction: the refusal must stay when the exception passes.
    """
    if not by.has_verb(PEOPLE_MANAGE.name):
        reason = f"role lacks {PEOPLE_MANAGE.name}"
    elif not role.verb_names() <= by.role.verb_names():
        reason = f"the role {role.name} permits more than their own"
    else:
        return
    write.refusal(who, PEOPLE_MANAGE.name, target, reason=reason)
    raise NotPermitted(PEOPLE_MANAGE.name)
