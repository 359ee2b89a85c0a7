"""Guardrails: rules on what may be made on a host, whichever way it is requested.

`proposal` is the neutral form, the modules `from_*` build it, `kinds` judge it. `check` asks the rules of
an endpoint. Which verbs are judged stands on their cards.
"""

from hosts.guardrails.check import (
    GuardrailRefused,
    NeedsApproval,
    check,
    check_many,
    refuse,
    require,
    rules_for,
)
from hosts.guardrails.proposal import Proposal, empty_proposal
from hosts.guardrails.verdict import Finding, Severity, Verdict

__all__ = [
    "Finding",
    "GuardrailRefused",
    "NeedsApproval",
    "Proposal",
    "Severity",
    "Verdict",
    "check",
    "check_many",
    "empty_proposal",
    "refuse",
    "require",
    "rules_for",
]
