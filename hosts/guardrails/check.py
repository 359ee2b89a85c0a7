"""Asks the rules of an endpoint. A refusal names the rule and is written to the audit log."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from audit import write
from audit.shapes import Target
from hosts.access import Person
from hosts.access.fetch import target_of
from hosts.guardrails import hits
from hosts.guardrails.judge import Rule, judge
from hosts.guardrails.proposal import Proposal
from hosts.guardrails.verdict import Severity, Verdict
from hosts.models import Endpoint, Guardrail
from hosts.refusals import FieldRefusal


class GuardrailRefused(FieldRefusal):
    """A guardrail refuses it. `verdict` has all findings."""

    def __init__(self, verdict: Verdict) -> None:
        if verdict.worst is Severity.ASK:
            cure = _("A direct transfer cannot wait for approval. Use a job on the page instead.")
        else:
            own = verdict.blocking and verdict.blocking[0].said
            cure = "" if own else _("Somebody who may edit guardrails can change the rule.")
        super().__init__("", verdict.sentence(), cure=cure, kind="guardrail")
        self.verdict = verdict


class NeedsApproval(Exception):
    """A guardrail lets it through only with an approval, and the person gave no reason yet. Not a Refusal:
    the page asks for the reason instead of showing an error at a field.
    """

    def __init__(self, verdict: Verdict, endpoint: Endpoint, *, override: bool = False) -> None:
        super().__init__(verdict.sentence())
        self.verdict = verdict
        self.endpoint = endpoint
        # the person may override it themselves and only needs a reason
        self.override = override


def rules_for(endpoint: Endpoint) -> list[Rule]:
    """The enabled rules that apply to `endpoint`, by name."""
    applies = Q(everywhere=True) | Q(groups__hosts=endpoint.host_id)
    rows = Guardrail.objects.filter(applies, enabled=True).distinct().order_by("name")
    return [rule_of(row) for row in rows]


def rule_of(row: Guardrail) -> Rule:
    """The rule of a database row."""
    settings = row.settings if isinstance(row.settings, dict) else {}
    return Rule(row.name, row.kind, settings, Severity(row.severity), row.words, row.pk)


def check(endpoint: Endpoint, proposal: Proposal) -> Verdict:
    """The verdict of the endpoint's rules on `proposal`."""
    return judge(rules_for(endpoint), proposal)


def check_many(pairs: Iterable[tuple[Endpoint, Proposal]]) -> list[Verdict]:
    """As `check`, for many. The rules of each endpoint are read once."""
    known: dict[int, list[Rule]] = {}
    verdicts = []
    for endpoint, proposal in pairs:
        if endpoint.pk not in known:
            known[endpoint.pk] = rules_for(endpoint)
        verdicts.append(judge(known[endpoint.pk], proposal))
    return verdicts


def require(
    person: Person, endpoint: Endpoint, proposal: Proposal, *, target: Target | None = None
) -> Verdict:
    """The verdict, with warnings. Where a rule stops it: a refusal in the log, and GuardrailRefused."""
    verdict = check(endpoint, proposal)
    if verdict.blocking:
        refuse(person, endpoint, proposal, verdict, target=target)
        raise GuardrailRefused(verdict)
    hits.record_hits(verdict.warnings)
    return verdict


def refuse(
    person: Person,
    endpoint: Endpoint,
    proposal: Proposal,
    verdict: Verdict,
    *,
    target: Target | None = None,
) -> None:
    """Write the refusal: which rules and which fields. Equal refusals are counted."""
    hits.record_hits(verdict.findings)
    stops = [
        one.said or f"guardrail {one.rule} ({one.severity}): {one.field}"
        for one in verdict.blocking
    ]
    reason = stops[0] if verdict.blocked_by_lock else "; ".join(dict.fromkeys(stops))
    write.refusal(person.who, proposal.verb, target or target_of(endpoint), reason=reason[:300])
