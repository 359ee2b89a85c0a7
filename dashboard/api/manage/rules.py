"""Guardrails and freeze windows: listed, one, made, changed, removed."""

from datetime import datetime, time
from types import GenericAlias
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.params.functions import Path
from pydantic import Field, create_model

from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.manage.groups import groups_named
from dashboard.api.schemas import fields_of, visible_row
from dashboard.furniture.bodies import RequestBody
from hosts.access import require
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


def _routes(
    kind: str,
    words: str,
    meaning: str,
    shapes: tuple[type[Schema], type[Schema], type[Any]],
    model: Any,
    actions: Any,
) -> None:
    """`shapes`: what is sent, what is answered, and what the actions take."""
    taken, told, options = shapes
    items: Any = GenericAlias(list, (told,))
    page = create_model(f"{kind.capitalize()}s", __base__=Schema, items=items)
    where = f"/{kind}s"
    there = f"{where}/{{{kind}_id}}"
    number: Any = Path(ge=1, le=2**63 - 1, alias=f"{kind}_id")

    def seen(request: HttpRequest) -> Any:
        person = person_of(request)
        require(person, READ, Target(kind=kind))
        return visible_rules(person, model.objects.all(), editing=actions.VERB)

    def out(row: Any) -> dict[str, Any]:
        return fields_of(told, row, groups=sorted(group.name for group in row.groups.all()))

    def asked(request: HttpRequest, given: Any) -> Any:
        require(person_of(request), actions.VERB, Target(kind=kind, name=given.name))
        return options(**{**given.params(), "groups": groups_named(given.groups)})

    def listed(request: HttpRequest) -> Any:
        return {"items": [out(row) for row in seen(request)]}

    def got(request: HttpRequest, rule_id: int) -> Any:
        """By its number."""
        return out(visible_row(seen(request), rule_id))

    def make(request: HttpRequest, given: Any) -> Any:
        """It applies at once, also to waiting jobs."""
        return Status(201, out(actions.make(person_of(request), asked(request, given))))

    def change(request: HttpRequest, rule_id: int, given: Any) -> Any:
        """All of it, at once."""
        return out(actions.edit(person_of(request), rule_id, asked(request, given)))

    def remove(request: HttpRequest, rule_id: int) -> Any:
        """What it refused is permitted at once."""
        actions.remove(person_of(request), rule_id)
        return Status(204, None)

    listed.__doc__ = meaning
    edits = {"x-verb": actions.VERB}
    for view, method, path, response, title, name, extra in (
        (listed, "GET", where, {200: page}, f"List {words}s", f"list_{kind}s", {}),
        (got, "GET", there, {200: told}, f"One {words}", f"get_{kind}", {}),
        (make, "POST", where, {201: told}, f"Make a {words}", f"make_{kind}", edits),
        (change, "PUT", there, {200: told}, f"Change a {words}", f"change_{kind}", edits),
        (remove, "DELETE", there, {204: None}, f"Remove a {words}", f"remove_{kind}", edits),
    ):
        # what the kind's own shapes are is not known before
        own = {"rule_id": Annotated[int, number], "given": taken}
        view.__annotations__.update((one, own[one]) for one in own if one in view.__annotations__)
        router.api_operation(
            [method], path, response=response, summary=title, operation_id=name, openapi_extra=extra
        )(view)


_routes(
    "guardrail",
    "guardrail",
    "Rules on what may be created.",
    (GuardrailIn, GuardrailOut, GuardrailOptions),
    Guardrail,
    edit_guardrail,
)
_routes(
    "freeze",
    "freeze window",
    "Times in which nothing is changed.",
    (FreezeIn, FreezeOut, FreezeOptions),
    FreezeWindow,
    edit_freeze,
)
