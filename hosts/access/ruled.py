"""Rules and windows that count on every host, or on those of some groups: which of them one sees."""

from typing import TypeVar

from django.db.models import Prefetch, Q, QuerySet

from hosts.access.person import Person
from hosts.access.visible import allows, visible_groups
from hosts.models import FreezeWindow, Guardrail

Ruling = TypeVar("Ruling", Guardrail, FreezeWindow)


def ruling(person: Person, rows: QuerySet[Ruling], *, editing: str) -> QuerySet[Ruling]:
    """Those of `rows` that count on a host the person sees, with the groups that they see; all, for
    holders of `editing`.
    """
    if allows(person, editing):
        return rows.prefetch_related("groups")
    groups = visible_groups(person)
    counting = Q(everywhere=True) | Q(groups__in=groups.order_by().values("pk"))
    return rows.filter(counting).distinct().prefetch_related(Prefetch("groups", groups))
