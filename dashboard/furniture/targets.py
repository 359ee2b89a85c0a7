"""Check boxes for endpoints and groups, in each form that sends to several hosts."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from dashboard.furniture.forms import endpoint_words
from hosts.access import Person, allows, visible_endpoints
from hosts.models import Endpoint, Group


@dataclass(frozen=True)
class Choice:
    """An endpoint or a group with its check box."""

    pk: int
    words: str
    chosen: bool
    members: str = ""


def endpoints_for(person: Person, verb: str) -> list[Endpoint]:
    """The endpoints where `person` may do `verb`."""
    rows = (
        visible_endpoints(person).select_related("host", "login").prefetch_related("host__groups")
    )
    return [one for one in rows if allows(person, verb, one)]


def chosen_of(data: QueryDict, endpoints: list[Endpoint]) -> list[Endpoint]:
    """The endpoints that were ticked, by themselves or with a group."""
    ids, groups = set(data.getlist("endpoint")), set(data.getlist("group"))
    return [
        one
        for one in endpoints
        if str(one.pk) in ids or groups & {str(group.pk) for group in one.host.groups.all()}
    ]


def choices(endpoints: list[Endpoint], chosen: list[Endpoint]) -> dict[str, Any]:
    """`targets` and `groups` for pull/targets.html."""
    ticked = {one.pk for one in chosen}
    members: dict[int, list[str]] = {}
    for one in endpoints:
        for group in one.host.groups.all():
            members.setdefault(group.pk, []).append(str(one.pk))
    return {
        "targets": [Choice(one.pk, endpoint_words(one), one.pk in ticked) for one in endpoints],
        "groups": [
            Choice(
                group.pk,
                group.name,
                all(int(pk) in ticked for pk in members[group.pk]),
                " ".join(members[group.pk]),
            )
            for group in Group.objects.filter(pk__in=members)
        ],
    }
