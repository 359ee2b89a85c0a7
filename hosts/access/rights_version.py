"""A cheap check whether anybody's rights have changed. It can run every second."""

from collections.abc import Collection

from django.db.models import Q, Sum
from django.utils import timezone

from accounts import epoch
from hosts.models import Endpoint, Grant


def rights_version() -> tuple[int, int]:
    """(access epoch, number of ended grants that still have a row). Two small reads. If it is the same as
    before, nobody's rights changed. A grant ends by time alone, so the epoch is not enough. A clock that is
    set back lowers the number.
    """
    return epoch.current(), Grant.objects.filter(until__lte=timezone.now()).count()


def people_with_name_grants(user_ids: Collection[int]) -> set[int]:
    """Those of these people who have a grant for containers by name. A rename can end their right."""
    named = Grant.objects.exclude(names="")
    theirs = named.filter(Q(user__in=user_ids) | Q(team__memberships__user__in=user_ids))
    found = theirs.values_list("user", "team__memberships__user")
    return {pk for pair in found for pk in pair if pk is not None} & set(user_ids)


def inventory_revision() -> int:
    """A number that grows with every change of the inventory, such as a container's new name."""
    total: int | None = Endpoint.objects.aggregate(total=Sum("revision"))["total"]
    return total or 0
