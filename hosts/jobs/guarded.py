"""The one place where orders meet the guardrails: at the click, before there is a row.

The worker asks once more about what it really sends (`Errand.permit`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hosts.access import Person, target_of
from hosts.guardrails import Proposed, Refused, Verdict, check_many, refuse
from hosts.guardrails.roads import at_click

if TYPE_CHECKING:
    from hosts.jobs.ask import Order


def require(person: Person, verb: str, orders: Sequence["Order"]) -> list[dict[str, list[str]]]:
    """Refused, with its entry, for the first order that a rule stops; nothing is asked then.

    Else what the intent of each order is to hold beside its parameters: which rules warned.
    """
    beside: list[dict[str, list[str]]] = [{} for _order in orders]
    for number, (order, proposed, verdict) in enumerate(_judged(verb, orders)):
        if verdict.stops:
            _refuse(person, order, proposed, verdict)
            raise Refused(verdict)
        beside[number] = warned(verdict)
    return beside


def warned(verdict: Verdict) -> dict[str, list[str]]:
    """For an entry: the rules that only warned, if any."""
    names = dict.fromkeys(one.rule for one in verdict.warnings)
    return {"warned": list(names)} if names else {}


def permitted(
    person: Person, verb: str, orders: Sequence["Order"], skipped: list[dict[str, str]]
) -> list["Order"]:
    """Those that no rule stops; the others get an entry and stand in `skipped` with the reason."""
    stopped: set[int] = set()
    for order, proposed, verdict in _judged(verb, orders):
        if verdict.stops:
            _refuse(person, order, proposed, verdict)
            words = {"name": order.name, "host": str(order.endpoint), "why": str(Refused(verdict))}
            skipped.append(words)
            stopped.add(id(order))
    return [order for order in orders if id(order) not in stopped]


def _judged(verb: str, orders: Sequence["Order"]) -> list[tuple["Order", Proposed, Verdict]]:
    if not at_click(verb):
        return []
    pairs = [(order, _carried(verb, order)) for order in orders]
    verdicts = check_many((order.endpoint, proposed) for order, proposed in pairs)
    return [(*pair, verdict) for pair, verdict in zip(pairs, verdicts, strict=True)]


def _carried(verb: str, order: "Order") -> Proposed:
    if order.proposed is None:
        # a road of ours that was built without its proposal must not be open
        raise RuntimeError(f"{verb} was asked without what it would make (hosts.guardrails.roads)")
    return order.proposed


def _refuse(person: Person, order: "Order", proposed: Proposed, verdict: Verdict) -> None:
    target = target_of(order.endpoint, kind=order.kind, object_id=order.object_id, name=order.name)
    refuse(person, order.endpoint, proposed, verdict, target=target)
