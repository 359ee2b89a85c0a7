"""Which entries of the log tell of a rule. They hold the name that it had; each condition has its index."""

import re

import orjson
from django.db.models import Q

from hosts.cards import cards

_DECIDED = ("guardrail.approve", "guardrail.refuse")


def met_by(name: str) -> tuple[Q, ...]:
    """Conditions on entries, one of which holds: refused by the rule, at the click or by the worker;
    done with its warning or its question beside it; what was decided on that.
    """
    # a list of names among the parameters, as canonical JSON has it
    written = orjson.dumps(name).decode()
    listed = rf'"(warned|approval|rules)":\[("([^"\\]|\\.)*",)*{re.escape(written)}'
    told = Q(params_text__contains=written) & Q(params_text__regex=listed)
    judged = sorted(card.verb for card in cards() if card.road.when)
    return (
        Q(intent=None, kind="refusal", detail__contains=f"guardrail {name} ("),
        # without their kind, whose index is that of half of the log
        Q(intent=None, verb__in=judged) & told,
        Q(intent=None, verb__in=_DECIDED) & told,
        Q(intent__isnull=False, result="denied", detail__contains=f"“{name}”"),
    )
