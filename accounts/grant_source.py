"""What grants give. The hosts app keeps grants, and accounts asks for them here.

Nobody hands out or takes over more rights than their own, and grants are a part of those.
"""

from typing import Protocol

from accounts.models import Role, Team, User


class GrantSource(Protocol):
    """Where grants are kept (hosts.access.grant_source)."""

    def given_to(self, holder: User | Team) -> frozenset[str]:
        """Verbs that current grants give the holder anywhere, even for one container."""
        ...

    def everywhere(self, user: User) -> frozenset[str]:
        """Verbs that current grants give the person on every host."""
        ...

    def count(self, holder: Role | Team) -> int:
        """How many grants name this role or team, current or ended."""
        ...


_sources: list[GrantSource] = []


def register(source: GrantSource) -> None:
    """Add a source of grants. Called once at start."""
    if source not in _sources:
        _sources.append(source)


def verbs_anywhere(of: User | Team | Role) -> frozenset[str]:
    """All verbs that a person, team or role has anywhere. Also for a disabled person."""
    if isinstance(of, Role):
        return of.verb_names()
    own = of.role.verb_names() if isinstance(of, User) else frozenset()
    return own.union(*(source.given_to(of) for source in _sources))


def verbs_everywhere(by: User) -> frozenset[str]:
    """Verbs that `by` holds everywhere, and so may hand out and manage."""
    if not by.is_active:
        return frozenset()
    return by.role.verb_names().union(*(source.everywhere(by) for source in _sources))


def count_grants(holder: Role | Team) -> int:
    """How many grants name this role or team."""
    return sum(source.count(holder) for source in _sources)
