"""Which guardrails and freeze windows a person sees: those that apply on a host they see."""

from typing import TypeVar

from django.db.models import Prefetch, Q, QuerySet

from hosts.access.person import Person
from hosts.access.visible import allows, visible_groups
from hosts.models import FreezeWindow, Guardrail

RuleRow = TypeVar("RuleRow", Guardrail, FreezeWindow)


def visible_rules(person: Person, rows: QuerySet[RuleRow], *, editing: str) -> QuerySet[RuleRow]:
    """Those of `rows` that apply on a host the person sees, with the groups they see. Holders of the verb
    `editing` see all rows.
    """
    if allows(person, editing):
        return rows.prefetch_related("groups")
    groups = visible_groups(person)
    counting = Q(everywhere=True) | Q(groups__in=groups.order_by().values("pk"))
    return rows.filter(counting).distinct().prefetch_related(Prefetch("groups", groups))
