"""Artifacts of an endpoint's Podman: listed, pulled, pushed, removed, their files out and in."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import Field

from dashboard.api.bearer import person_of
from dashboard.api.files import binary_body
from dashboard.api.handing_over import hand_over
from dashboard.api.idempotency import answer_once
from dashboard.api.images import NamesOut, tar, trouble
from dashboard.api.inventory import Id
from dashboard.api.recheck import person_now
from dashboard.api.schemas import BatchOut, JobOut, fields_of
from dashboard.furniture.artifacts import MOST, artifact_of
from dashboard.furniture.bodies import RequestBody
from dashboard.furniture.host_calls import ask_host
from dashboard.streams.transfer.archives import limit_bytes, names_from, tar_of
from hosts.access import get_endpoint
from hosts.actions.artifacts import pull_artifact, push_artifact, remove_artifact, transfers
from hosts.actions.artifacts.names import place_for, whole_name
from hosts.podman.artifacts import list_artifacts

router = Router(tags=["artifacts"])
WHERE = "/endpoints/{endpoint_id}/artifacts"
VIEW = "host.view"
NAME: Any = Field(max_length=500, description="A full name with its tag")


class FileOut(Schema):
    """A file of an artifact."""

    name: str
    size_bytes: int


class ArtifactOut(Schema):
    """`kind`: its media type."""

    name: str
    digest: str
    kind: str
    size_bytes: int
    created_at: datetime | None
    files: list[FileOut]


class Artifacts(Schema):
    """Those of an endpoint. `whole` is false where there are more."""

    items: list[ArtifactOut]
    whole: bool


class ArtifactIn(RequestBody):
    """Which one."""

    name: str = NAME


class Seen(ArtifactIn):
    """An artifact as it was listed: one that is another by now stays."""

    digest: str = Field(max_length=100)


class RemoveIn(RequestBody):
    """Which ones."""

    artifacts: list[Seen] = Field(min_length=1, max_length=remove_artifact.MOST)


class ExtractQuery(Schema):
    """Which one."""

    name: str = Field("", max_length=500, description="A full name with its tag: needed")


class AddQuery(ExtractQuery):
    """The artifact that is made of the file, or that it is put into (`append`)."""

    file: str = Field("", max_length=200, description="The file’s name in it: needed")
    type: str = Field("", max_length=255, description="The media type of a new artifact")
    how: Literal["new", "append"] = "new"


@router.get(
    WHERE,
    response=Artifacts,
    summary="List artifacts",
    openapi_extra={"x-verb": VIEW},
    operation_id="list_artifacts",
)
def listed(request: HttpRequest, endpoint_id: Id) -> Any:
    """Asked of the host now. Podman has them from 5.6 on."""
    found = ask_host(place_for(person_of(request), endpoint_id, VIEW), list_artifacts)
    get_endpoint(person_now(request), endpoint_id, VIEW)
    rows = sorted(map(artifact_of, found), key=lambda row: row.name)

    def out(row: Any) -> dict[str, Any]:
        files = [{"name": name, "size_bytes": size} for name, size in row.files]
        return fields_of(ArtifactOut, row, files=files)

    return {"items": [out(row) for row in rows[:MOST]], "whole": len(rows) <= MOST}


def _by_name(word: str, action: Any, words: str) -> None:
    @router.post(
        f"{WHERE}/{word}",
        response={202: JobOut},
        summary=f"{word.capitalize()} an artifact",
        description=words,
        openapi_extra={"x-verb": action.VERB},
        operation_id=f"{word}_artifact",
    )
    def done(request: HttpRequest, endpoint_id: Id, given: ArtifactIn) -> Any:
        person = person_of(request)
        return answer_once(request, lambda: action.ask(person, endpoint_id, name=given.name))


_by_name("pull", pull_artifact, "With the credentials that Haulout has for its registry.")
_by_name("push", push_artifact, "To the registry in its name.")


@router.post(
    f"{WHERE}/remove",
    response={202: BatchOut},
    summary="Remove artifacts",
    openapi_extra={"x-verb": remove_artifact.VERB},
    operation_id="remove_artifacts",
)
def remove(request: HttpRequest, endpoint_id: Id, given: RemoveIn) -> Any:
    """A job for each."""
    person, seen = person_of(request), [(one.name, one.digest) for one in given.artifacts]
    return answer_once(request, lambda: remove_artifact.ask_many(person, endpoint_id, seen=seen))


@router.get(
    f"{WHERE}/archive",
    summary="Download the files of an artifact as tar",
    openapi_extra=tar("Its files") | {"x-verb": transfers.EXTRACT},
    operation_id="extract_artifact",
)
def extract(request: HttpRequest, endpoint_id: Id, asked: Query[ExtractQuery]) -> HttpResponseBase:
    """An answer that breaks off is not whole."""
    person = person_of(request)
    endpoint = transfers.place(person, endpoint_id, transfers.EXTRACT)
    name = whole_name(asked.name)
    carry = tar_of(
        lambda: transfers.extract(person, endpoint, name), file="artifact.tar", fails=trouble
    )
    return hand_over(
        request, carry, lambda now: transfers.place(now, endpoint_id, transfers.EXTRACT)
    )


@router.put(
    f"{WHERE}/content",
    response=NamesOut,
    summary="Add a file as an artifact, or to one",
    openapi_extra={
        "x-verb": transfers.ADD,
        "requestBody": binary_body("application/octet-stream"),
    },
    operation_id="add_artifact",
)
def add(request: HttpRequest, endpoint_id: Id, asked: Query[AddQuery]) -> HttpResponseBase:
    """The body is the file."""
    person = person_of(request)
    endpoint = transfers.place(person, endpoint_id, transfers.ADD)
    order = transfers.add_options(
        name=asked.name, file=asked.file, kind=asked.type.strip(), append=asked.how == "append"
    )

    async def work(body: AsyncIterator[bytes]) -> list[str]:
        await transfers.add(person, endpoint, body, order=order)
        return [order.name]

    return hand_over(
        request,
        names_from(work, fails=trouble),
        lambda now: transfers.place(now, endpoint_id, transfers.ADD),
        limit_bytes=limit_bytes(),
    )
