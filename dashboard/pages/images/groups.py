"""Groups of the image list: the same image on many hosts, or all images of a host."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from dashboard.live.by_host import BY_HOST
from dashboard.live.grouping import Grouping, Key
from hosts.access import Person

GROUPINGS = (
    # an image's id is a digest of its content, so equal ids are the same image
    Grouping(
        "image",
        _("image"),
        ("podman_id",),
        titled=Min("name", filter=~Q(name="")),
        order=("endpoint__host__name", "endpoint__rootless", "endpoint__user", "id"),
    ),
    BY_HOST,
)


@dataclass(frozen=True, slots=True)
class ImageGroup:
    """Facts of a group's head. `size_bytes`: the largest. `all_bytes`: the sum."""

    hosts: int
    containers: int
    size_bytes: int
    all_bytes: int
    names: tuple[str, ...]


def facts_of(
    grouping: Grouping, rows: QuerySet[Any], keys: list[Key], person: Person
) -> dict[Key, ImageGroup]:
    """Facts of the groups with these keys. Two queries for all of them."""
    condition = Q()
    for key in keys:
        condition |= grouping.of(key)
    some, width = rows.filter(condition), len(grouping.fields)
    names: dict[Key, set[str]] = {key: set() for key in keys}
    if grouping.name == "image":
        # the same names on several hosts count once
        for row in some.values_list(*grouping.fields, "names").distinct():
            names[tuple(row[:width])].update(row[width])
    sums = some.values_list(*grouping.fields).annotate(
        on=Count("endpoint__host", distinct=True),
        # -1: Podman did not count
        using=Sum("containers", filter=Q(containers__gt=0), default=0),
        largest=Max("size_bytes"),
        together=Sum("size_bytes"),
    )
    facts = {}
    for row in sums:
        key, (hosts, containers, largest, together) = tuple(row[:width]), row[width:]
        called = tuple(sorted(names[key]))
        facts[key] = ImageGroup(hosts, containers, largest, together, called)
    return facts
