"""Guardrails: rules on what may come to be on a host, by whatever road.

`proposed` is the neutral shape, `of_*` make it of what a road sends, `kinds` judge it, `check` asks
the rules of an endpoint, `roads` says which verbs are looked at.
"""

from hosts.guardrails.check import (
    NeedsApproval,
    Refused,
    check,
    check_many,
    refuse,
    require,
    rules_for,
)
from hosts.guardrails.proposed import Proposed, nothing
from hosts.guardrails.verdict import Finding, Severity, Verdict

__all__ = [
    "Finding",
    "NeedsApproval",
    "Proposed",
    "Refused",
    "Severity",
    "Verdict",
    "check",
    "check_many",
    "nothing",
    "refuse",
    "require",
    "rules_for",
]
