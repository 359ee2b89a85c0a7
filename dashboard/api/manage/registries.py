"""Credentials of registries: listed without their passwords, kept, erased."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.inventory import Id
from dashboard.api.manage.groups import groups_named
from dashboard.api.schemas import fields_of
from dashboard.furniture.bodies import RequestBody
from hosts.access import require
from hosts.actions.registries import edit_registry
from hosts.models import RegistryCredential

router = Router(tags=["registries"])
VIEW = "registry.view"


class CredentialIn(RequestBody):
    """A name and a password. Kept encrypted, and never shown."""

    registry: str = Field(max_length=255, description="Such as registry.example.org:5000/team")
    username: str = Field(max_length=255)
    password: str = Field(max_length=20_000)
    group: str = Field("", max_length=60, description="Of these hosts alone; empty: every host")


class CredentialOut(Schema):
    """What is known of it. `group` is empty where it is for every host."""

    id: int
    registry: str
    username: str
    group: str
    changed_at: datetime


class Credentials(Schema):
    """All of them."""

    items: list[CredentialOut]


def _out(row: RegistryCredential) -> dict[str, Any]:
    return fields_of(CredentialOut, row, group=row.group.name if row.group else "")


@router.get(
    "/registries",
    response=Credentials,
    summary="List credentials of registries",
    openapi_extra={"x-verb": VIEW},
    operation_id="list_registries",
)
def registries(request: HttpRequest) -> Any:
    """Never their passwords."""
    require(person_of(request), VIEW, Target(kind="registry"))
    return {"items": [_out(row) for row in RegistryCredential.objects.select_related("group")]}


@router.put(
    "/registries",
    response=CredentialOut,
    summary="Keep credentials of a registry",
    openapi_extra={"x-verb": edit_registry.VERB},
    operation_id="keep_registry",
)
def keep(request: HttpRequest, given: CredentialIn) -> Any:
    """In place of those that are there for this registry and group."""
    person = person_of(request)
    require(person, edit_registry.VERB, Target(kind="registry", name=given.registry))
    groups = groups_named([given.group]) if given.group else (None,)
    row = edit_registry.keep(
        person,
        registry=given.registry,
        username=given.username,
        password=given.password,
        group=groups[0],
    )
    return _out(row)


@router.delete(
    "/registries/{credential_id}",
    response={204: None},
    summary="Erase credentials of a registry",
    openapi_extra={"x-verb": edit_registry.VERB},
    operation_id="erase_registry",
)
def erase(request: HttpRequest, credential_id: Id) -> Any:
    """Pulls and pushes there go without."""
    try:
        edit_registry.erase(person_of(request), credential_id)
    except RegistryCredential.DoesNotExist as gone:
        raise Http404 from gone
    return Status(204, None)
