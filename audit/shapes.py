"""The words of the audit log: who, on what, of which kind, how it ended. No database."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an entry says. Outcomes and resolutions carry the number of their intent."""

    INTENT = "intent"
    OUTCOME = "outcome"
    RESOLUTION = "resolution"
    REFUSAL = "refusal"
    EVENT = "event"
    OBSERVED = "observed"


class Result(StrEnum):
    """How an intent ended."""

    OK = "ok"
    FAILED = "failed"
    DENIED = "denied"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Who:
    """Somebody as they were at that moment.

    `session` may be the raw session key: only its keyed hash is stored. `token` is a token's
    name or public prefix, never the token. `address` is the peer's own address,
    `forwarded_for` what a proxy said. `door` is page, api, gate, console, worker, link, …
    """

    name: str
    user_id: int | None = None
    session: str = ""
    token: str = ""
    address: str = ""
    forwarded_for: str = ""
    door: str = ""


@dataclass(frozen=True)
class Target:
    """What something was done to: ids and names as they were, so that they outlive the object."""

    kind: str
    id: str | int = ""
    name: str = ""
    host_id: int | None = None
    host_name: str = ""
    endpoint_id: int | None = None
    endpoint_name: str = ""


@dataclass(frozen=True)
class Asking:
    """One item for `write.intents`."""

    who: Who
    verb: str
    target: Target
    params: Mapping[str, Any] | None = None
    grant: str = ""
    job_id: int | None = None


@dataclass(frozen=True)
class Ending:
    """One item for `write.outcomes`: how the intent of that number ended."""

    intent: int
    result: Result | str
    detail: str = ""
    duration_ms: int | None = None


class AuditError(Exception):
    """Base of all errors of the audit log. The text says cause and cure."""


class OutsideTransaction(AuditError):
    """An entry was to be written outside of a transaction, so it could part from its change."""


class NoSuchIntent(AuditError):
    """An outcome or resolution names a number that is not an intent."""


class AlreadySettled(AuditError):
    """The intents in `numbers` have this outcome or resolution already."""

    def __init__(self, numbers: list[int], words: str) -> None:
        super().__init__(words)
        self.numbers = numbers


class ChainBroken(AuditError):
    """The head row is missing while entries exist: writing on would hide a cut."""
