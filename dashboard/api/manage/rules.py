"""Guardrails and freeze windows: listed, one, made, changed, removed."""

from datetime import datetime, time
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.inventory import Id
from dashboard.api.manage.groups import groups_named
from dashboard.furniture.bodies import RequestBody
from hosts.access import NotVisible, Person, require
from hosts.access.visible_rules import visible_rules
from hosts.actions.guardrails import edit_freeze, edit_guardrail
from hosts.actions.guardrails.edit_freeze import FreezeOptions
from hosts.actions.guardrails.edit_guardrail import GuardrailOptions
from hosts.models import FreezeWindow, Guardrail

router = Router(tags=["guardrails"])
READ = "host.view"
GROUPS: Any = Field([], max_length=100, description="Names of groups of hosts; none: every host")


class GuardrailIn(RequestBody):
    """A rule. Its `kind` says which `settings` there are."""

    name: str = Field(max_length=80)
    kind: str = Field(max_length=40)
    settings: dict[str, bool | int | str | list[str]] = {}
    severity: Literal["refuse", "ask", "warn"] = "refuse"
    words: str = Field("", max_length=1000, description="Why; shown with each refusal")
    groups: list[str] = GROUPS
    enabled: bool = True


class GuardrailOut(Schema):
    """A rule, with those of its groups that the token sees."""

    id: int
    name: str
    kind: str
    settings: dict[str, Any]
    severity: str
    words: str
    everywhere: bool
    groups: list[str]
    enabled: bool


class FreezeIn(RequestBody):
    """Times in which nothing is changed: weekly (`days`, 0 is Monday; `from_time`, `until_time` by the
    clock of `zone`), or once (`starts_at`, `ends_at`).
    """

    name: str = Field(max_length=80)
    words: str = Field("", max_length=300, description="Why; shown with each refusal")
    severity: Literal["refuse", "ask"] = "refuse"
    groups: list[str] = GROUPS
    verbs: list[str] = Field([], max_length=200, description="None: all that change something")
    zone: str = Field("UTC", max_length=60)
    days: list[int] = Field([], max_length=7)
    from_time: time | None = None
    until_time: time | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    enabled: bool = True


class FreezeOut(Schema):
    """A window, with those of its groups that the token sees."""

    id: int
    name: str
    words: str
    severity: str
    everywhere: bool
    groups: list[str]
    verbs: list[str]
    zone: str
    days: list[int]
    from_time: time | None
    until_time: time | None
    starts_at: datetime | None
    ends_at: datetime | None
    enabled: bool


class Guardrails(Schema):
    """All that apply on a host that the token sees."""

    items: list[GuardrailOut]


class Freezes(Schema):
    """All that apply on a host that the token sees."""

    items: list[FreezeOut]


def _out(row: Any, shape: type[Schema]) -> dict[str, Any]:
    own = (name for name in shape.model_fields if name != "groups")
    return {name: getattr(row, name) for name in own} | {
        "groups": sorted(group.name for group in row.groups.all())
    }


def _guardrails(person: Person) -> Any:
    require(person, READ, Target(kind="guardrail"))
    return visible_rules(person, Guardrail.objects.all(), editing=edit_guardrail.VERB)


def _freezes(person: Person) -> Any:
    require(person, READ, Target(kind="freeze"))
    return visible_rules(person, FreezeWindow.objects.all(), editing=edit_freeze.VERB)


def _one(rows: Any, pk: int) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


def _guardrail(request: HttpRequest, given: GuardrailIn) -> GuardrailOptions:
    require(person_of(request), edit_guardrail.VERB, Target(kind="guardrail", name=given.name))
    params = given.params()
    return GuardrailOptions(**{**params, "groups": groups_named(given.groups)})


def _freeze(request: HttpRequest, given: FreezeIn) -> FreezeOptions:
    require(person_of(request), edit_freeze.VERB, Target(kind="freeze", name=given.name))
    params = given.params() | {"verbs": tuple(given.verbs), "days": tuple(given.days)}
    return FreezeOptions(**{**params, "groups": groups_named(given.groups)})


@router.get(
    "/guardrails",
    response=Guardrails,
    summary="List guardrails",
    operation_id="list_guardrails",
)
def guardrails(request: HttpRequest) -> Any:
    """Rules on what may be created."""
    return {"items": [_out(row, GuardrailOut) for row in _guardrails(person_of(request))]}


@router.get(
    "/guardrails/{guardrail_id}",
    response=GuardrailOut,
    summary="One guardrail",
    operation_id="get_guardrail",
)
def guardrail(request: HttpRequest, guardrail_id: Id) -> Any:
    """By its number."""
    return _out(_one(_guardrails(person_of(request)), guardrail_id), GuardrailOut)


@router.post(
    "/guardrails",
    response={201: GuardrailOut},
    summary="Make a guardrail",
    openapi_extra={"x-verb": edit_guardrail.VERB},
    operation_id="make_guardrail",
)
def make_guardrail(request: HttpRequest, given: GuardrailIn) -> Any:
    """It applies at once, also to waiting jobs."""
    row = edit_guardrail.make(person_of(request), _guardrail(request, given))
    return Status(201, _out(row, GuardrailOut))


@router.put(
    "/guardrails/{guardrail_id}",
    response=GuardrailOut,
    summary="Change a guardrail",
    openapi_extra={"x-verb": edit_guardrail.VERB},
    operation_id="change_guardrail",
)
def change_guardrail(request: HttpRequest, guardrail_id: Id, given: GuardrailIn) -> Any:
    """All of it, at once."""
    row = edit_guardrail.edit(person_of(request), guardrail_id, _guardrail(request, given))
    return _out(row, GuardrailOut)


@router.delete(
    "/guardrails/{guardrail_id}",
    response={204: None},
    summary="Remove a guardrail",
    openapi_extra={"x-verb": edit_guardrail.VERB},
    operation_id="remove_guardrail",
)
def remove_guardrail(request: HttpRequest, guardrail_id: Id) -> Any:
    """What it refused is permitted at once."""
    edit_guardrail.remove(person_of(request), guardrail_id)
    return Status(204, None)


@router.get(
    "/freezes",
    response=Freezes,
    summary="List freeze windows",
    operation_id="list_freezes",
)
def freezes(request: HttpRequest) -> Any:
    """Times in which nothing is changed."""
    return {"items": [_out(row, FreezeOut) for row in _freezes(person_of(request))]}


@router.get(
    "/freezes/{freeze_id}",
    response=FreezeOut,
    summary="One freeze window",
    operation_id="get_freeze",
)
def freeze(request: HttpRequest, freeze_id: Id) -> Any:
    """By its number."""
    return _out(_one(_freezes(person_of(request)), freeze_id), FreezeOut)


@router.post(
    "/freezes",
    response={201: FreezeOut},
    summary="Make a freeze window",
    openapi_extra={"x-verb": edit_freeze.VERB},
    operation_id="make_freeze",
)
def make_freeze(request: HttpRequest, given: FreezeIn) -> Any:
    """It applies at once, also to waiting jobs."""
    row = edit_freeze.make(person_of(request), _freeze(request, given))
    return Status(201, _out(row, FreezeOut))


@router.put(
    "/freezes/{freeze_id}",
    response=FreezeOut,
    summary="Change a freeze window",
    openapi_extra={"x-verb": edit_freeze.VERB},
    operation_id="change_freeze",
)
def change_freeze(request: HttpRequest, freeze_id: Id, given: FreezeIn) -> Any:
    """All of it, at once."""
    row = edit_freeze.edit(person_of(request), freeze_id, _freeze(request, given))
    return _out(row, FreezeOut)


@router.delete(
    "/freezes/{freeze_id}",
    response={204: None},
    summary="Remove a freeze window",
    openapi_extra={"x-verb": edit_freeze.VERB},
    operation_id="remove_freeze",
)
def remove_freeze(request: HttpRequest, freeze_id: Id) -> Any:
    """Changes become possible at once."""
    edit_freeze.remove(person_of(request), freeze_id)
    return Status(204, None)
