"""Images beyond one host: archives out and in, copies to other hosts, a search in registries."""

from collections.abc import AsyncIterator
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import Field

from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.files import binary_body
from dashboard.api.handing_over import failed, hand_over
from dashboard.api.idempotency import answer_once
from dashboard.api.inventory import Id, ObjectId
from dashboard.api.schemas import BatchOut, JobOut
from dashboard.api.verbs import MOST, Ref
from dashboard.furniture.archive_names import file_name
from dashboard.furniture.bodies import RequestBody
from dashboard.offers.host_bodies import OnHost
from dashboard.streams.transfer.archives import Trouble, limit_bytes, names_from, tar_of
from hosts.access import require
from hosts.actions.containers import export_container
from hosts.actions.images import archives, copy_image, search_images
from hosts.jobs.errand import ActionFailed

router = Router(tags=["images"])


class SaveQuery(Schema):
    """How."""

    form: Literal["docker-archive", "oci-archive"] = "docker-archive"


class ImportQuery(Schema):
    """The image to make of a file system's tar."""

    reference: str = Field("", max_length=500, description="A full name with its tag: needed")
    message: str = Field("", max_length=1000)
    changes: str = Field("", max_length=8000, description="Lines such as CMD [“sh”]")


class NamesOut(Schema):
    """The images that came."""

    names: list[str]


class CopyOrder(RequestBody):
    """Which images to which endpoints."""

    objects: list[Ref] = Field(min_length=1, max_length=MOST)
    endpoints: list[int] = Field(min_length=1, max_length=MOST)


class SearchOrder(OnHost):
    """Which words, in the registries that the host searches, or in one."""

    term: str = Field(max_length=300)
    registry: str = Field("", max_length=300)


def trouble(error: Trouble) -> HttpResponse:
    """What an archive could not begin with: 422 or 502."""
    words = " ".join(dict.fromkeys(filter(None, (error.message, error.cause))))
    found: HttpResponse = failed(422 if isinstance(error, ActionFailed) else 502, words)
    return found


def tar(words: str) -> dict[str, Any]:
    """How a route says that it answers a tar."""
    answer = {"description": words, "content": {"application/x-tar": {"schema": {}}}}
    return {"responses": {200: answer}}


@router.get(
    "/images/{endpoint_id}/{podman_id}/archive",
    summary="Save an image as an archive",
    openapi_extra=tar("As podman save writes it") | {"x-verb": archives.SAVE},
)
def save(
    request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, asked: Query[SaveQuery]
) -> HttpResponseBase:
    """With its layers. An answer that breaks off is not whole."""
    person, refs = person_of(request), [(endpoint_id, podman_id)]
    rows = archives.savable(person, refs, form=asked.form)
    carry = tar_of(
        lambda: archives.save(person, rows, form=asked.form), file=file_name(rows), fails=trouble
    )
    return hand_over(request, carry, lambda now: archives.savable(now, refs, form=asked.form))


@router.put(
    "/endpoints/{endpoint_id}/images/load",
    response=NamesOut,
    summary="Load an archive of images",
    openapi_extra={"x-verb": archives.LOAD, "requestBody": binary_body("application/x-tar")},
)
def load(request: HttpRequest, endpoint_id: Id) -> HttpResponseBase:
    """The body is what podman save or docker save wrote."""
    person = person_of(request)
    endpoint = archives.loadable(person, endpoint_id, archives.LOAD)

    async def work(body: AsyncIterator[bytes]) -> list[str]:
        return await archives.load(
            person, endpoint, body, file="archive", limit_bytes=limit_bytes()
        )

    return hand_over(
        request,
        names_from(work, fails=trouble),
        lambda now: archives.loadable(now, endpoint_id, archives.LOAD),
        limit_bytes=limit_bytes(),
    )


@router.put(
    "/endpoints/{endpoint_id}/images/import",
    response=NamesOut,
    summary="Import a file system as an image",
    openapi_extra={"x-verb": archives.IMPORT, "requestBody": binary_body("application/x-tar")},
)
def import_tar(
    request: HttpRequest, endpoint_id: Id, asked: Query[ImportQuery]
) -> HttpResponseBase:
    """The body is a tar of the files."""
    person = person_of(request)
    endpoint = archives.loadable(person, endpoint_id, archives.IMPORT)
    reference = archives.import_name(asked.reference)
    changes = archives.import_changes(asked.changes)

    async def work(body: AsyncIterator[bytes]) -> list[str]:
        await archives.import_tar(
            person,
            endpoint,
            body,
            file="archive",
            reference=reference,
            message=asked.message,
            changes=changes,
        )
        return [reference]

    return hand_over(
        request,
        names_from(work, fails=trouble),
        lambda now: archives.loadable(now, endpoint_id, archives.IMPORT),
        limit_bytes=limit_bytes(),
    )


@router.get(
    "/containers/{endpoint_id}/{podman_id}/export",
    tags=["containers"],
    summary="Export a container’s file system",
    openapi_extra=tar("Its files, without volumes") | {"x-verb": export_container.VERB},
)
def export(request: HttpRequest, endpoint_id: Id, podman_id: ObjectId) -> HttpResponseBase:
    """As podman export writes it. An answer that breaks off is not whole."""
    person, ref = person_of(request), (endpoint_id, podman_id)
    row = export_container.exportable(person, ref)
    carry = tar_of(
        lambda: export_container.export(person, row),
        file=f"{row.name or row.podman_id[:12]}.tar",
        fails=trouble,
    )
    return hand_over(request, carry, lambda now: export_container.exportable(now, ref))


@router.post(
    "/bulk/images/copy",
    response={202: BatchOut},
    tags=["bulk"],
    summary="Copy images to other hosts",
    openapi_extra={"x-verb": copy_image.VERB},
)
def copy(request: HttpRequest, given: CopyOrder) -> Any:
    """A job for each image and endpoint. Endpoints that have an image are left out."""
    person = person_of(request)
    require(person, copy_image.VERB, Target(kind="image", name="any host"))
    refs = [(one.endpoint, one.id) for one in given.objects]
    return answer_once(request, lambda: copy_image.ask_many(person, refs, given.endpoints))


@router.post(
    "/images/search",
    response={202: JobOut},
    summary="Search registries for images",
    openapi_extra={"x-verb": search_images.VERB},
)
def search(request: HttpRequest, given: SearchOrder) -> Any:
    """From a host. What it found is in the job’s `result`."""
    person, params = person_of(request), given.params()
    endpoint = params.pop("endpoint")
    return answer_once(request, lambda: search_images.ask(person, endpoint, **params))
