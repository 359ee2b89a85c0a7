"""Whoever asks, and the two ways a request ends: it does not exist for them, or it is denied."""

from dataclasses import dataclass

from accounts.models import User
from audit.shapes import Who


@dataclass(frozen=True)
class Person:
    """A signed-in person and how they came: `who` is what the audit log writes."""

    user: User
    who: Who


class NotVisible(Exception):
    """No such object, or none that this person may see; pages answer 404 either way."""


class Denied(Exception):
    """Visible, but the verb is not permitted; pages answer 403 and name the verb."""

    def __init__(self, verb: str) -> None:
        super().__init__(verb)
        self.verb = verb
