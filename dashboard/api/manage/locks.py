"""Locks of objects and hosts: listed, set, removed."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from dashboard.api.bearer import person_of
from dashboard.api.inventory import Id, ObjectId
from dashboard.api.schemas import PLURALS, fields_of
from dashboard.furniture.bodies import RequestBody
from hosts.actions.guardrails import lock
from hosts.models import ObjectLock

router = Router()


class LockIn(RequestBody):
    """Why."""

    reason: str = Field(max_length=lock.LONGEST, description="Everybody who is refused sees it")


class LockOut(Schema):
    """Nobody can change what is locked. `object_id` of a host is its number."""

    id: int
    kind: str
    host: str
    endpoint_id: int | None
    object_id: str
    name: str
    reason: str
    locked_by: str
    locked_at: datetime


class Locks(Schema):
    """All locks of what the token sees."""

    items: list[LockOut]


def _out(row: ObjectLock) -> dict[str, Any]:
    return fields_of(LockOut, row, host=row.host.name, locked_by=row.locked_by_name)


@router.get(
    "/locks",
    response=Locks,
    tags=["locks"],
    summary="List locks",
    operation_id="list_locks",
)
def locks(request: HttpRequest) -> Any:
    """Of objects and of whole hosts."""
    return {"items": [_out(row) for row in lock.visible_locks(person_of(request))]}


@router.delete(
    "/locks/{lock_id}",
    response={204: None},
    tags=["locks"],
    summary="Unlock",
    openapi_extra={"x-verb": lock.OVERRIDE},
    operation_id="unlock",
)
def unlock(request: HttpRequest, lock_id: Id) -> Any:
    """Whoever locked it may, and who holds lock.override."""
    lock.unlock(person_of(request), lock_id)
    return Status(204, None)


@router.post(
    "/hosts/{host_id}/lock",
    response=LockOut,
    tags=["locks"],
    summary="Lock a host",
    openapi_extra={"x-verb": lock.VERB},
    operation_id="lock_host",
)
def lock_host(request: HttpRequest, host_id: Id, given: LockIn) -> Any:
    """With everything on it. Nobody can change it until it is unlocked, not even you."""
    return _out(lock.lock_host(person_of(request), host_id, reason=given.reason))


def _of(kind: str, plural: str) -> None:
    @router.post(
        f"/{plural}/{{endpoint_id}}/{{podman_id}}/lock",
        response=LockOut,
        tags=["locks"],
        operation_id=f"lock_{kind}",
        summary=f"Lock a {kind}",
        openapi_extra={"x-verb": lock.VERB},
    )
    def locked(request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, given: LockIn) -> Any:
        """Nobody can change it until it is unlocked, not even you."""
        ref = (endpoint_id, podman_id)
        return _out(lock.lock_object(person_of(request), kind, ref, reason=given.reason))


for _kind, _plural in PLURALS.items():
    _of(_kind, _plural)
