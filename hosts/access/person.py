"""Whoever asks, and the two ways a request ends: it does not exist for them, or it is denied."""

from dataclasses import dataclass

from accounts.models import User
from audit.shapes import Target, Who


@dataclass(frozen=True, slots=True)
class Scope:
    """What a token is cut down to, below the rights of whose it is. None: no limit of that kind."""

    verbs: frozenset[str] | None = None
    hosts: frozenset[int] | None = None
    endpoints: frozenset[int] | None = None

    def has(self, verb: str) -> bool:
        """True when the token may be used for this verb at all."""
        return self.verbs is None or verb in self.verbs


@dataclass(frozen=True)
class Person:
    """A signed-in person and how they came: `who` is what the audit log writes. `scope`: they came
    with a token, which may reach less than they do. `reason`: why, in their words, where what they do
    needs one (an approval).
    """

    user: User
    who: Who
    scope: Scope | None = None
    reason: str = ""


class NotVisible(Exception):
    """No such object, or none that this person may see; pages answer 404 either way."""


class Denied(Exception):
    """Visible, but the verb is not permitted; pages answer 403, name the verb and who can give it.

    `target`: what it was about, where that is known.
    """

    def __init__(self, verb: str, target: Target | None = None) -> None:
        super().__init__(verb)
        self.verb = verb
        self.target = target
