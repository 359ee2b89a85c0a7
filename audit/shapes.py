"""Types of the audit log: who, target, kind and result. No database."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an entry is. Outcomes and resolutions have the number of their intent."""

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
    """A person as they were at that moment. `door`: page, api, gate, console, worker, link, … Of `session`,
    the raw key, only a keyed hash is stored. `token` is its name or public part. `address` is the peer's
    own address, `forwarded_for` what a proxy said. `client`: their program and its version, where it is not
    a browser; kept among the parameters.
    """

    name: str
    user_id: int | None = None
    session: str = ""
    token: str = ""
    address: str = ""
    forwarded_for: str = ""
    door: str = ""
    client: str = ""


@dataclass(frozen=True)
class Target:
    """What something was done to. Ids and names are copies, so they outlive the object."""

    kind: str
    id: str | int = ""
    name: str = ""
    host_id: int | None = None
    host_name: str = ""
    endpoint_id: int | None = None
    endpoint_name: str = ""


@dataclass(frozen=True)
class IntentItem:
    """One item for `write.intents`."""

    who: Who
    verb: str
    target: Target
    params: Mapping[str, Any] | None = None
    grant: str = ""
    job_id: int | None = None


@dataclass(frozen=True)
class OutcomeItem:
    """One item for `write.outcomes`: how the intent with this number ended."""

    intent: int
    result: Result | str
    detail: str = ""
    duration_ms: int | None = None


class AuditError(Exception):
    """Base class of the audit log's errors. The text names cause and cure."""


class OutsideTransaction(AuditError):
    """An entry was written outside a transaction, so it could differ from its change."""


class NoSuchIntent(AuditError):
    """An outcome or resolution names a number that is not an intent."""


class AlreadySettled(AuditError):
    """The intents in `numbers` have this outcome or resolution already."""

    def __init__(self, numbers: list[int], words: str) -> None:
        super().__init__(words)
        self.numbers = numbers


class ChainBroken(AuditError):
    """The head row is missing although entries exist. Writing on would hide a cut."""
