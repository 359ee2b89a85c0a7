"""The registry of verbs: what a person can do, by name. Each app registers its own at start.

Roles store verb names. Built-in roles are computed from the registry, so a later version's verbs are theirs
at once. An unregistered name permits nothing.

A verb is about a place (a host and what is on it) or about the whole site (`site`: people, access,
registries). Grants give only the first kind. The second needs the person's own role.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# each has all verbs of the one before
VIEWER, OPERATOR, ADMIN = RANKS = ("viewer", "operator", "admin")
# the auditor reads everything and the log; the member has only what is granted
AUDITOR, MEMBER = "auditor", "member"
BUILT_IN_ROLES = (*RANKS, AUDITOR, MEMBER)
_NAME = re.compile(r"[a-z]+(\.[a-z_]+)+")


@dataclass(frozen=True, slots=True)
class Verb:
    """Something a person can do. `role`: the lowest ranked role that may do it. `auditor`: auditors may
    too; they always have `….view`. `sensitive`: it can leak a secret or break something for good. `needs`:
    verbs that it is useless without, beside the `….view` of its subject.
    """

    name: str
    label: str | Promise
    describes: str | Promise
    group: str
    role: str = ADMIN
    site: bool = False
    auditor: bool = False
    sensitive: bool = False
    needs: tuple[str, ...] = ()


_registered: dict[str, Verb] = {}


def register(verb: Verb) -> Verb:
    """Register a verb. ValueError for a taken or wrong name, or an unknown role."""
    if not _NAME.fullmatch(verb.name):
        raise ValueError(f"{verb.name!r} is no verb: write it like container.restart")
    if verb.role not in RANKS:
        raise ValueError(f"{verb.name}: {verb.role!r} is none of {', '.join(RANKS)}")
    if verb.name in _registered:
        raise ValueError(f"the verb {verb.name} is registered twice")
    _registered[verb.name] = verb
    return verb


def all_verbs() -> list[Verb]:
    """Every registered verb, by group and then by registration."""
    return sorted(_registered.values(), key=lambda verb: verb.group)


def is_registered(name: str) -> bool:
    """True when an app has registered this name."""
    return name in _registered


def is_site(name: str) -> bool:
    """True for a verb about the whole site, which no grant gives."""
    return name in _registered and _registered[name].site


def get_verb(name: str) -> Verb | None:
    """The registered verb, or None."""
    return _registered.get(name)


def needs_of(name: str) -> frozenset[str]:
    """All registered verbs that this one is useless without, at any depth."""
    found: set[str] = set()
    look = [name]
    while look:
        verb = _registered.get(look.pop())
        if verb is None:
            continue
        view = f"{verb.name.partition('.')[0]}.view"
        for needed in (*verb.needs, view):
            if needed in _registered and needed != verb.name and needed not in found:
                found.add(needed)
                look.append(needed)
    return frozenset(found - {name})


def lacking(names: Iterable[str]) -> dict[str, list[str]]:
    """Verbs of the set that need others outside of it, with those others."""
    names = set(names)
    missing = {name: sorted(needs_of(name) - names) for name in sorted(names)}
    return {name: others for name, others in missing.items() if others}


def built_in_verbs(role_name: str) -> frozenset[str]:
    """Verbs of a built-in role: its own and those of lower roles."""
    if role_name == MEMBER:
        return frozenset()
    if role_name == AUDITOR:
        return frozenset(
            name for name, verb in _registered.items() if verb.auditor or name.endswith(".view")
        )
    rank = RANKS.index(role_name)
    return frozenset(name for name, verb in _registered.items() if RANKS.index(verb.role) <= rank)


PEOPLE_MANAGE = register(
    Verb(
        "people.manage",
        _("Manage people"),
        _("Invite people, change their roles, disable them, create links for new passwords"),
        "people",
        site=True,
        sensitive=True,
        needs=("access.view",),
    )
)
ACCESS_EDIT = register(
    Verb(
        "access.edit",
        _("Manage access"),
        _("Create teams and roles, give and revoke grants, all within one's own rights"),
        "access",
        site=True,
        sensitive=True,
    )
)
ACCESS_VIEW = register(
    Verb(
        "access.view",
        _("See access"),
        _("See all people, teams, roles and grants, and explain who may do what"),
        "access",
        site=True,
    )
)
AUDIT_READ = register(
    Verb(
        "audit.read",
        _("Read the audit log"),
        _("See who did what, where, and with what result; it shows names of objects and people"),
        "audit",
        OPERATOR,
        auditor=True,
        sensitive=True,
    )
)
