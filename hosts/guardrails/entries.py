"""Finds audit entries about a rule, by the name it had then. Each condition has its own index."""

import re

import orjson
from django.db.models import Q

from hosts.cards import cards

_DECIDED = ("guardrail.approve", "guardrail.refuse")


def entries_about_rule(name: str) -> tuple[Q, ...]:
    """Conditions on entries, of which one must match. They find refusals by the rule, actions with its
    warning or approval, and decisions on them.
    """
    # a list of names in the parameters' canonical JSON
    written = orjson.dumps(name).decode()
    listed = rf'"(warned|approval|rules)":\[("([^"\\]|\\.)*",)*{re.escape(written)}'
    mentioned = Q(params_text__contains=written) & Q(params_text__regex=listed)
    judged = sorted(card.verb for card in cards() if card.road.when)
    return (
        Q(intent=None, kind="refusal", detail__contains=f"guardrail {name} ("),
        # without `kind`, whose index would cover half of the log
        Q(intent=None, verb__in=judged) & mentioned,
        Q(intent=None, verb__in=_DECIDED) & mentioned,
        Q(intent__isnull=False, result="denied", detail__contains=f"“{name}”"),
    )
