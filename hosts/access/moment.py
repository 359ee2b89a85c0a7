"""Whether anybody's rights may differ from what they were: cheap enough to ask every second."""

from collections.abc import Collection

from django.db.models import Q, Sum
from django.utils import timezone

from accounts import epoch
from hosts.models import Endpoint, Grant


def moment() -> tuple[int, int]:
    """(the access epoch, how many grants have ended and are still rows). Two small reads.

    Equal to the last one: nobody's rights have changed in between. A grant ends without anybody's
    doing, so the epoch alone does not tell; a clock that is set back makes the number smaller.
    """
    return epoch.current(), Grant.objects.filter(until__lte=timezone.now()).count()


def by_name(user_ids: Collection[int]) -> set[int]:
    """Those of these people with a grant for containers of some names: a rename can end their right."""
    named = Grant.objects.exclude(names="")
    theirs = named.filter(Q(user__in=user_ids) | Q(team__memberships__user__in=user_ids))
    found = theirs.values_list("user", "team__memberships__user")
    return {pk for pair in found for pk in pair if pk is not None} & set(user_ids)


def written() -> int:
    """Grows with everything that the inventory hears, a container's new name among it."""
    total: int | None = Endpoint.objects.aggregate(total=Sum("revision"))["total"]
    return total or 0
