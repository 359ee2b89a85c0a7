"""The person who makes a request, and the two errors that end one: NotVisible and Denied."""

from dataclasses import dataclass

from accounts.models import User
from audit.shapes import Target, Who


@dataclass(frozen=True, slots=True)
class Scope:
    """The limits of a token, within its owner's rights. None: no limit of that kind."""

    verbs: frozenset[str] | None = None
    hosts: frozenset[int] | None = None
    endpoints: frozenset[int] | None = None

    def has(self, verb: str) -> bool:
        """True when the token may be used for this verb."""
        return self.verbs is None or verb in self.verbs


@dataclass(frozen=True)
class Person:
    """A signed-in person. `who` is written to the audit log. `scope` is set when they came with a token.
    `reason` is their own explanation, where a step needs one (an approval). `supervised`: what a program
    asks for in their name waits for a second person.
    """

    user: User
    who: Who
    scope: Scope | None = None
    reason: str = ""
    supervised: bool = False


class NotVisible(Exception):
    """No such object, or the person may not see it. Pages answer 404 in both cases."""


class Denied(Exception):
    """The object is visible, but the verb is not permitted. Pages answer 403 and name who can give it.
    `target`: the object, where it is known.
    """

    def __init__(self, verb: str, target: Target | None = None) -> None:
        super().__init__(verb)
        self.verb = verb
        self.target = target
