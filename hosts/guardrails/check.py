"""The rules of an endpoint, asked; and the refusal that names the rule, with its entry in the log."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from audit import write
from audit.shapes import Target
from hosts.access import Person
from hosts.access.fetch import target_of
from hosts.guardrails import met
from hosts.guardrails.judge import Rule, judge
from hosts.guardrails.proposed import Proposed
from hosts.guardrails.verdict import Severity, Verdict
from hosts.models import Endpoint, Guardrail
from hosts.refusals import FieldRefusal


class Refused(FieldRefusal):
    """A guardrail stands in the way. `verdict` has all of its findings."""

    def __init__(self, verdict: Verdict) -> None:
        if verdict.worst is Severity.ASK:
            cure = _("What passes through at once cannot wait for one; a job in the page can.")
        else:
            own = verdict.stops and verdict.stops[0].said
            cure = "" if own else _("Who may edit guardrails can change the rule.")
        super().__init__("", verdict.sentence(), cure=cure, kind="guardrail")
        self.verdict = verdict


class NeedsApproval(Exception):
    """A guardrail lets it through only with a second person's yes, and nobody has said why yet.

    No refusal: no form shows it beside a field, the page asks for the reason.
    """

    def __init__(self, verdict: Verdict, endpoint: Endpoint, *, override: bool = False) -> None:
        super().__init__(verdict.sentence())
        self.verdict = verdict
        self.endpoint = endpoint
        # they may override what stands in the way themselves: a reason is all it takes
        self.override = override


def rules_for(endpoint: Endpoint) -> list[Rule]:
    """The enabled rules that apply to `endpoint`, by name."""
    applies = Q(everywhere=True) | Q(groups__hosts=endpoint.host_id)
    rows = Guardrail.objects.filter(applies, enabled=True).distinct().order_by("name")
    return [rule_of(row) for row in rows]


def rule_of(row: Guardrail) -> Rule:
    """A row as it is judged by."""
    settings = row.settings if isinstance(row.settings, dict) else {}
    return Rule(row.name, row.kind, settings, Severity(row.severity), row.words, row.pk)


def check(endpoint: Endpoint, proposed: Proposed) -> Verdict:
    """What the rules of `endpoint` make of `proposed`."""
    return judge(rules_for(endpoint), proposed)


def check_many(pairs: Iterable[tuple[Endpoint, Proposed]]) -> list[Verdict]:
    """The same for many; each endpoint's rules are read once."""
    known: dict[int, list[Rule]] = {}
    verdicts = []
    for endpoint, proposed in pairs:
        if endpoint.pk not in known:
            known[endpoint.pk] = rules_for(endpoint)
        verdicts.append(judge(known[endpoint.pk], proposed))
    return verdicts


def require(
    person: Person, endpoint: Endpoint, proposed: Proposed, *, target: Target | None = None
) -> Verdict:
    """Raise Refused, with a refusal in the log that names the rule; else the verdict with warnings."""
    verdict = check(endpoint, proposed)
    if verdict.stops:
        refuse(person, endpoint, proposed, verdict, target=target)
        raise Refused(verdict)
    met.note(verdict.warnings)
    return verdict


def refuse(
    person: Person,
    endpoint: Endpoint,
    proposed: Proposed,
    verdict: Verdict,
    *,
    target: Target | None = None,
) -> None:
    """The entry: which rules, which fields. Equal ones are counted."""
    met.note(verdict.findings)
    stops = [
        one.said or f"guardrail {one.rule} ({one.severity}): {one.field}" for one in verdict.stops
    ]
    reason = stops[0] if verdict.stands else "; ".join(dict.fromkeys(stops))
    write.refusal(person.who, proposed.verb, target or target_of(endpoint), reason=reason[:300])
