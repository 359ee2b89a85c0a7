"""The one place where guardrails judge orders: at the click, before there is a row.

The worker asks once more about what it really sends (`Errand.permit`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from audit import write
from hosts.access import Denied, Person, allows
from hosts.cards import road_of
from hosts.guardrails import (
    Finding,
    GuardrailRefused,
    NeedsApproval,
    Proposal,
    Severity,
    Verdict,
    check_many,
    empty_proposal,
    refuse,
)
from hosts.guardrails.blockers import Blockers
from hosts.guardrails.freezes import is_freeze
from hosts.guardrails.privileged import VERB as PRIVILEGED
from hosts.guardrails.privileged import lacks_right
from hosts.jobs.order import Order

OVERRIDE = "freeze.override"
# doors where a person can give a reason, and find the answer later. From the gate comes only what its
# client can ask for again (hosts.jobs.held_requests)
DOORS = ("page", "api", "mcp", "gate")


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the click would meet. `override`: a reason is all it takes.

    `lacks`: the field that needs the right to make privileged containers, which is missing.
    """

    verdict: Verdict
    override: bool = False
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Clearance:
    """An order that may become a job. `beside`: what its intent holds beside its parameters.

    `needs`: what a second person has to approve first. `lifted`: freezes that this person overrides.
    """

    beside: dict[str, list[str]] = field(default_factory=dict)
    needs: Verdict | None = None
    lifted: tuple[Finding, ...] = ()
    # findings that let it become a job, for `met`
    found: tuple[Finding, ...] = ()


def require(person: Person, verb: str, orders: Sequence[Order]) -> list[Clearance]:
    """GuardrailRefused, with its entry, for the first order that a rule stops; then nothing is asked.

    NeedsApproval where a rule asks for a second person and this one has not said why.
    """
    passed = [Clearance() for _order in orders]
    for number, (order, proposal, whole) in enumerate(_verdicts(person, verb, orders)):
        verdict, lifted = _overriding(person, order, whole)
        if _is_refused(person, verdict):
            _refuse(person, order, proposal, verdict)
            raise GuardrailRefused(verdict)
        if said := lacks_right(person, order.endpoint, proposal, order.container):
            _deny(person, order, said)
            raise Denied(PRIVILEGED, order.target)
        if (verdict.blocking or lifted) and not person.reason:
            override = bool(lifted) and not verdict.blocking
            raise NeedsApproval(whole, order.endpoint, override=override)
        beside = warnings_of(verdict)
        if verdict.blocking:
            beside["approval"] = list(dict.fromkeys(one.rule for one in verdict.blocking))
        passed[number] = Clearance(
            beside, verdict if verdict.blocking else None, lifted, verdict.findings
        )
    return passed


def foresee(person: Person, verb: str, order: Order) -> Forecast:
    """What `require` would say of the order, for forms; nothing is written down."""
    [(_order, proposal, whole)] = _verdicts(person, verb, [order])
    verdict, lifted = _overriding(person, order, whole)
    lacks = lacks_right(person, order.endpoint, proposal, order.container)
    return Forecast(whole, bool(lifted) and not verdict.blocking, lacks)


def warnings_of(verdict: Verdict) -> dict[str, list[str]]:
    """For an entry: the rules that only warned."""
    names = dict.fromkeys(one.rule for one in verdict.warnings)
    return {"warned": list(names)} if names else {}


def keep_permitted(
    person: Person, verb: str, orders: Sequence[Order], skipped: list[dict[str, str]]
) -> list[Order]:
    """The orders that no rule refuses; each other one gets an entry, and a reason in `skipped`."""
    stopped: set[int] = set()
    for order, proposal, whole in _verdicts(person, verb, orders):
        verdict, _lifted = _overriding(person, order, whole)
        if _is_refused(person, verdict):
            _refuse(person, order, proposal, verdict)
            words = {
                "name": order.name,
                "host": str(order.endpoint),
                "why": str(GuardrailRefused(verdict)),
            }
            skipped.append(words)
            stopped.add(id(order))
        elif said := lacks_right(person, order.endpoint, proposal, order.container):
            _deny(person, order, said)
            why = _("You may not create privileged containers there.")
            skipped.append({"name": order.name, "host": str(order.endpoint), "why": why})
            stopped.add(id(order))
    return [order for order in orders if id(order) not in stopped]


def _overriding(
    person: Person, order: Order, verdict: Verdict
) -> tuple[Verdict, tuple[Finding, ...]]:
    """The verdict without freezes that this person may override, and those freezes."""
    freezes = tuple(one for one in verdict.findings if is_freeze(one))
    # only a person overrides, never a token
    able = person.who.door == "page" and allows(person, OVERRIDE, order.endpoint)
    if not (freezes and able):
        return verdict, ()
    rest = tuple(one for one in verdict.findings if one not in freezes)
    return Verdict(rest, verdict.rules), freezes


def _is_refused(person: Person, verdict: Verdict) -> bool:
    """True where the order cannot become a job, not even a held one."""
    if verdict.worst is Severity.ASK:
        return person.who.door not in DOORS
    return verdict.worst is Severity.REFUSE


def _verdicts(
    person: Person, verb: str, orders: Sequence[Order]
) -> list[tuple[Order, Proposal, Verdict]]:
    if road_of(verb).at_click:
        pairs = [(order, _proposal_of(verb, order)) for order in orders]
        verdicts = check_many((order.endpoint, proposal) for order, proposal in pairs)
    else:
        pairs = [(order, empty_proposal(verb)) for order in orders]
        verdicts = [Verdict() for _order in orders]
    standing = Blockers()
    return [
        (order, proposal, _with_standing(person, standing, verb, order, verdict, proposal))
        for (order, proposal), verdict in zip(pairs, verdicts, strict=True)
    ]


def _with_standing(
    person: Person,
    standing: Blockers,
    verb: str,
    order: Order,
    verdict: Verdict,
    proposal: Proposal,
) -> Verdict:
    if person.supervised:
        verdict = Verdict((*verdict.findings, _supervised(verb)), verdict.rules)
    return standing.add(
        verdict,
        order.endpoint,
        verb,
        kind=order.kind,
        object_id=order.object_id,
        name=order.name,
        params=order.params,
        person=person,
        named=proposal.given_names,
    )


def _supervised(verb: str) -> Finding:
    """The rule for programs by MCP; it stands in no list, and nobody can lift it."""
    rule = _("Programs ask before they destroy")
    return Finding(rule, 0, Severity.ASK, verb, _("a program asks for it by MCP"))


def _proposal_of(verb: str, order: Order) -> Proposal:
    if order.proposal is None:
        # a verb of ours that forgot its proposal must not pass
        raise RuntimeError(f"{verb} was asked without what it would make (its card's road)")
    return order.proposal


def _refuse(person: Person, order: Order, proposal: Proposal, verdict: Verdict) -> None:
    refuse(person, order.endpoint, proposal, verdict, target=order.target)


def _deny(person: Person, order: Order, said: str) -> None:
    reason = f"{said}: no role or grant gives {PRIVILEGED} here"
    write.refusal(person.who, PRIVILEGED, order.target, reason=reason)
