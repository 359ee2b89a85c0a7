"""People, teams, roles and grants: read alone. Who changes them does so in a browser: no token may."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import create_model

from accounts.models import Role, Team, User
from accounts.verbs import ACCESS_EDIT
from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.lists import ListQuery, page_of
from dashboard.api.schemas import fields_of
from dashboard.furniture.bodies import EmptyBody
from dashboard.furniture.names import place_text
from dashboard.live.spec import registered
from hosts.access import require
from hosts.models import Grant

router = Router(tags=["access"])
VIEW = "access.view"
PEOPLE = "people.manage"
_NOTHING = EmptyBody()


class UserOut(Schema):
    """Somebody who signs in, or a service account (`kind`)."""

    id: int
    name: str
    email: str
    kind: str
    role: str
    active: bool
    teams: list[str]


class TeamOut(Schema):
    """People who share grants."""

    id: int
    name: str
    words: str
    people: list[str]


class RoleOut(Schema):
    """A named set of verbs."""

    id: int
    name: str
    words: str
    built_in: bool
    verbs: list[str]


class GrantOut(Schema):
    """Who has which role where, until when. `label` and `names`: for some containers alone."""

    id: int
    team: str
    person: str
    role: str
    place: str
    label: str
    names: str
    until: datetime | None
    reason: str
    made_by: str


def _user(row: User) -> dict[str, Any]:
    teams = sorted(one.team.name for one in row.memberships.select_related("team"))
    return fields_of(UserOut, row, role=row.role.name, active=row.is_active, teams=teams)


def _team(row: Team) -> dict[str, Any]:
    members = row.memberships.select_related("user")
    return fields_of(TeamOut, row, people=sorted(one.user.email for one in members))


def _role(row: Role) -> dict[str, Any]:
    verbs = sorted(row.verb_names())
    return fields_of(RoleOut, row, name=str(row.name), words=str(row.words), verbs=verbs)


def _grant(row: Grant) -> dict[str, Any]:
    return fields_of(
        GrantOut,
        row,
        team=row.team.name if row.team else "",
        person=row.user.email if row.user else "",
        role=row.role.name,
        place=place_text(row),
    )


def _list(what: str, shape: type[Schema], out: Any, changes: str) -> None:
    items: Any = list[shape]  # type: ignore[valid-type]
    page = create_model(f"{shape.__name__}s", __base__=Schema, items=items, next=str)

    @router.get(
        f"/{what}",
        response=page,
        operation_id=f"list_{what}",
        summary=f"List {what}",
        openapi_extra={"x-verb": VIEW},
    )
    def listed(request: HttpRequest, asked: Query[ListQuery]) -> Any:
        """`q`: the filter line of the page. They are changed in a browser alone: no token may."""
        found = page_of(registered(what), person_of(request), asked)
        return {"items": [out(row) for row in found["items"]], "next": found["next"]}

    @router.post(
        f"/{what}",
        operation_id=f"change_{what}",
        summary=f"Refused: {what} are changed in a browser",
        openapi_extra={"x-verb": changes},
    )
    def refused(request: HttpRequest, given: EmptyBody = _NOTHING) -> None:
        """Always 403: a token that leaks must not raise anybody’s rights."""
        require(person_of(request), changes, Target(kind=what.removesuffix("s"), name=what))


for _what, _shape, _out, _changes in (
    ("people", UserOut, _user, PEOPLE),
    ("teams", TeamOut, _team, PEOPLE),
    ("roles", RoleOut, _role, ACCESS_EDIT.name),
    ("grants", GrantOut, _grant, ACCESS_EDIT.name),
):
    _list(_what, _shape, _out, _changes)
