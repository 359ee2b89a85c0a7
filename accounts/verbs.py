"""The registry of verbs: what a person can do, by name. Each app registers its own at start.

Roles store verb names; the built-in roles are computed from `Verb.role` at use, so that a verb
registered by a later version is theirs at once. A name that nobody registered permits nothing.
"""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VIEWER, OPERATOR, ADMIN = BUILT_IN_ROLES = ("viewer", "operator", "admin")
_NAME = re.compile(r"[a-z]+(\.[a-z_]+)+")


@dataclass(frozen=True, slots=True)
class Verb:
    """Something a person can do. `role`: the least of the built-in roles that may do it."""

    name: str
    label: str | Promise
    describes: str | Promise
    group: str
    role: str = ADMIN


_registered: dict[str, Verb] = {}


def register(verb: Verb) -> Verb:
    """Add a verb. A name that is taken or no `subject.word`, or an unknown role: ValueError."""
    if not _NAME.fullmatch(verb.name):
        raise ValueError(f"{verb.name!r} is no verb: write it like container.restart")
    if verb.role not in BUILT_IN_ROLES:
        raise ValueError(f"{verb.name}: {verb.role!r} is none of {', '.join(BUILT_IN_ROLES)}")
    if verb.name in _registered:
        raise ValueError(f"the verb {verb.name} is registered twice")
    _registered[verb.name] = verb
    return verb


def all_verbs() -> list[Verb]:
    """Every registered verb, by group and then in order of registration."""
    return sorted(_registered.values(), key=lambda verb: verb.group)


def is_registered(name: str) -> bool:
    """True when some app has registered this name."""
    return name in _registered


def built_in_verbs(role_name: str) -> frozenset[str]:
    """Names of all verbs that the built-in role permits: its own and those of lesser roles."""
    rank = BUILT_IN_ROLES.index(role_name)
    return frozenset(
        name for name, verb in _registered.items() if BUILT_IN_ROLES.index(verb.role) <= rank
    )


PEOPLE_MANAGE = register(
    Verb(
        name="people.manage",
        label=_("Manage people"),
        describes=_(
            "Invite people, change their roles, disable them, make links for new passwords"
        ),
        group="people",
        role=ADMIN,
    )
)
AUDIT_READ = register(
    Verb(
        name="audit.read",
        label=_("Read the audit log"),
        describes=_("See who did what, where and how it ended"),
        group="audit",
        role=OPERATOR,
    )
)
