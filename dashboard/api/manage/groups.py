"""Groups of hosts: one, made, changed, removed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field

from dashboard.api.bearer import person_of
from dashboard.api.follows import FOLLOWED
from dashboard.api.headers import is_known
from dashboard.api.inventory import Id
from dashboard.api.schemas import GroupOut, group_out, visible_row
from dashboard.api.whole_lists import WholeQuery, answer_whole
from dashboard.furniture.bodies import RequestBody
from hosts.access import Person, visible_groups, visible_hosts
from hosts.actions.hosts import edit_group
from hosts.models import Group
from hosts.refusals import FieldRefusal

router = Router(tags=["groups"])
VERB = {"x-verb": edit_group.VERB}


class NewGroup(RequestBody):
    """A group without hosts."""

    name: str = Field(max_length=60, description="Letters, digits, - and _")
    notes: str = Field("", max_length=5000)


class GroupChange(NewGroup):
    """All of it. `hosts`: numbers of the hosts that are in it; those that the token does not see stay."""

    hosts: list[int] = Field(max_length=10_000)


def groups_named(names: list[str]) -> tuple[Group, ...]:
    """The groups of these names. FieldRefusal for one that is not there."""
    found = {one.name: one for one in Group.objects.filter(name__in=names)}
    if missing := [name for name in names if name not in found]:
        raise FieldRefusal("groups", _("There is no group %s.") % missing[0][:60])
    return tuple(found.values())


def _seen(person: Person) -> set[int]:
    return set(visible_hosts(person).values_list("pk", flat=True))


def _out(person: Person, group_id: int) -> dict[str, Any]:
    return group_out(visible_row(visible_groups(person), group_id), _seen(person))


def _read(person: Person) -> list[dict[str, Any]]:
    seen = _seen(person)
    found = visible_groups(person).prefetch_related("hosts").order_by("name")
    return [group_out(one, seen) for one in found]


class Groups(Schema):
    """All groups."""

    items: list[GroupOut]


@router.get(
    "/groups",
    response={200: Groups, 304: None},
    summary="List groups of hosts",
    operation_id="list_groups",
    openapi_extra=FOLLOWED,
)
def groups(request: HttpRequest, response: HttpResponse, asked: Query[WholeQuery]) -> Any:
    """With the hosts that the token sees. With `follow` each line has an `op`: begin, group, whole, gone,
    alive, ended.
    """
    return answer_whole(request, response, asked, "group", _read)


@router.get(
    "/groups/{group_id}",
    response={200: GroupOut, 304: None},
    summary="One group",
    operation_id="get_group",
)
def one(request: HttpRequest, response: HttpResponse, group_id: Id) -> Any:
    """With the hosts that the token sees."""
    found = _out(person_of(request), group_id)
    return Status(304, None) if is_known(request, response, [found]) else found


@router.post(
    "/groups",
    response={201: GroupOut},
    summary="Make a group",
    openapi_extra=VERB,
    operation_id="make_group",
)
def make(request: HttpRequest, given: NewGroup) -> Any:
    """Without hosts: they are put in by PUT."""
    row = edit_group.make(person_of(request), name=given.name, notes=given.notes)
    return Status(201, group_out(row, set()))


@router.put(
    "/groups/{group_id}",
    response=GroupOut,
    summary="Change a group",
    openapi_extra=VERB,
    operation_id="change_group",
)
def change(request: HttpRequest, group_id: Id, given: GroupChange) -> Any:
    """Name, notes and hosts. This changes where grants and guardrails apply."""
    edit_group.edit(
        person_of(request), group_id, name=given.name, notes=given.notes, host_ids=given.hosts
    )
    return _out(person_of(request), group_id)


@router.delete(
    "/groups/{group_id}",
    response={204: None},
    summary="Remove a group",
    openapi_extra=VERB,
    operation_id="remove_group",
)
def remove(request: HttpRequest, group_id: Id) -> Any:
    """With its grants, and the credentials that only it has. Its hosts stay."""
    edit_group.remove(person_of(request), group_id)
    return Status(204, None)
