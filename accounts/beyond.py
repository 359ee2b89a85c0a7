"""What grants give, asked here though hosts keeps them: nobody hands out or takes over more rights
than their own, and only with the grants are those all.
"""

from typing import Protocol

from accounts.models import Role, Team, User


class Source(Protocol):
    """Whoever keeps grants (hosts.access.beyond)."""

    def given_to(self, holder: User | Team) -> frozenset[str]:
        """Verbs that grants in force give the holder anywhere, be it for a single container."""
        ...

    def everywhere(self, user: User) -> frozenset[str]:
        """Verbs that grants in force give the person on every host."""
        ...

    def count(self, holder: Role | Team) -> int:
        """How many grants name this role or team, in force or not."""
        ...


_sources: list[Source] = []


def register(source: Source) -> None:
    """Make grants known. Once, at start."""
    if source not in _sources:
        _sources.append(source)


def reach(of: User | Team | Role) -> frozenset[str]:
    """All that somebody may do anywhere (also one who is disabled now), a team or a role gives."""
    if isinstance(of, Role):
        return of.verb_names()
    own = of.role.verb_names() if isinstance(of, User) else frozenset()
    return own.union(*(source.given_to(of) for source in _sources))


def measure(by: User) -> frozenset[str]:
    """What `by` holds everywhere, and so may hand out and manage."""
    if not by.is_active:
        return frozenset()
    return by.role.verb_names().union(*(source.everywhere(by) for source in _sources))


def grants_of(holder: Role | Team) -> int:
    """How many grants name it."""
    return sum(source.count(holder) for source in _sources)
