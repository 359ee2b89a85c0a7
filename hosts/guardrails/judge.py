"""Rules and a proposal make a verdict. Uses neither the database nor a host."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from hosts.guardrails.kinds import KINDS
from hosts.guardrails.kinds.rights import SECURITY
from hosts.guardrails.kinds.unknown import UNKNOWN, words_for
from hosts.guardrails.proposal import Proposal
from hosts.guardrails.reader import DuplicateKey
from hosts.guardrails.runtime_annotations import runtime_annotations
from hosts.guardrails.verdict import Finding, Severity, Verdict


@dataclass(frozen=True, slots=True)
class Rule:
    """A guardrail in the form in which it judges."""

    name: str
    kind: str
    settings: dict[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.REFUSE
    words: str = ""
    pk: int = 0


def judge(rules: Iterable[Rule], proposal: Proposal) -> Verdict:
    """All findings of all rules. Without rules there are none, except for duplicate keys."""
    asked = list(rules)
    findings: list[Finding] = []
    for rule in asked:
        kind = KINDS.get(rule.kind)
        if kind is None:
            # a kind of a later version: a rule that cannot be checked must not pass
            words = (
                _("This version of Haulout does not know the kind “%s” of this rule.") % rule.kind
            )
            findings.append(_finding(rule, "", words))
            continue
        findings += [
            _finding(rule, at, words)
            for at, words in dict.fromkeys(kind.find(rule.settings, proposal))
        ]
    if asked and not any(rule.kind == SECURITY.name for rule in asked):
        # annotations that a runtime acts on could break any rule
        name = _("unchecked annotations")
        findings += [
            Finding(name, 0, Severity.REFUSE, at, _order_words(at))
            for at in dict.fromkeys(runtime_annotations(proposal))
        ]
    twice = [at for at in proposal.unknown if isinstance(at, DuplicateKey)]
    words = _("The field appears in two spellings, so it is unclear which one applies.")
    findings += [Finding(_("no duplicate keys"), 0, Severity.REFUSE, at, words) for at in twice]
    if asked and not any(rule.kind == UNKNOWN.name for rule in asked):
        name = _("unknown fields")
        findings += [
            Finding(name, 0, Severity.REFUSE, at, words_for(at))
            for at in proposal.unknown
            if at not in twice
        ]
    return Verdict(tuple(findings), len(asked))


def _order_words(at: str) -> str:
    words = _(
        "a container runtime takes %s as an instruction, and no rule about security options "
        "says whether it is allowed."
    )
    return words % at


def _finding(rule: Rule, at: str, words: str) -> Finding:
    return Finding(rule.name, rule.pk, rule.severity, at, words, rule.words)
