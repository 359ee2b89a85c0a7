"""Manifest lists: read, made of images, changed. They are images, and listed among them."""

from typing import Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from audit.shapes import Target
from dashboard.api.bearer import person_of
from dashboard.api.idempotency import answer_once
from dashboard.api.inventory import Id, ObjectId
from dashboard.api.recheck import person_now
from dashboard.api.schemas import JobOut
from dashboard.api.verbs import MOST, Ref
from dashboard.furniture.bodies import RequestBody
from dashboard.furniture.inspect_tree import fetch
from hosts.access import Person, get_object, require
from hosts.actions.images import create_list, edit_list
from hosts.actions.object_orders import ObjectRef
from hosts.podman import manifests

router = Router(tags=["images"])
WHERE = "/images/{endpoint_id}/{podman_id}/list"
EDIT = {"x-verb": edit_list.VERB}
INSPECT = "image.inspect"


class ListIn(RequestBody):
    """A list of images of one host."""

    objects: list[Ref] = Field(min_length=1, max_length=MOST)
    name: str = Field(max_length=500, description="A full name with its tag")


class AddIn(RequestBody):
    """An image of the host or its registry. `all_images`: where that is a list, all that it has."""

    image: str = Field(max_length=500)
    all_images: bool = False


class DropIn(RequestBody):
    """An image of the list."""

    digest: str = Field(max_length=100)


class AnnotateIn(RequestBody):
    """What is said of an image of the list; without `digest`, of the list."""

    digest: str = Field("", max_length=100)
    os: str = Field("", max_length=60)
    arch: str = Field("", max_length=60)
    variant: str = Field("", max_length=60)
    annotations: str = Field("", max_length=100_000, description="A line name=value for each")


def _editable(request: HttpRequest, endpoint_id: int, podman_id: str) -> tuple[Person, ObjectRef]:
    """Whoever may edit it, before anything is said of what they sent. NotVisible, Denied."""
    person = person_of(request)
    get_object(person, "image", endpoint_id, podman_id, verb=edit_list.VERB)
    return person, (endpoint_id, podman_id)


@router.post(
    "/images/create_list",
    response={202: JobOut},
    summary="Create a manifest list",
    openapi_extra={"x-verb": create_list.VERB},
    operation_id="create_list",
)
def create(request: HttpRequest, given: ListIn) -> Any:
    """Of images that a host has."""
    person = person_of(request)
    require(person, create_list.VERB, Target(kind="image", name="any host"))
    refs = [(one.endpoint, one.id) for one in given.objects]
    return answer_once(request, lambda: create_list.ask(person, refs, name=given.name))


@router.get(
    WHERE,
    response=dict[str, Any],
    summary="What a manifest list has",
    openapi_extra={"x-verb": INSPECT},
    operation_id="inspect_list",
)
def inspected(request: HttpRequest, endpoint_id: Id, podman_id: ObjectId) -> Any:
    """As podman manifest inspect says it, fetched now."""
    row = get_object(person_of(request), "image", endpoint_id, podman_id, verb=INSPECT)
    found = fetch(row.endpoint, podman_id, manifests.inspect)
    get_object(person_now(request), "image", endpoint_id, podman_id, verb=INSPECT)
    return found


@router.post(
    f"{WHERE}/add",
    response={202: JobOut},
    summary="Add an image to a manifest list",
    openapi_extra=EDIT,
    operation_id="add_to_list",
)
def add(request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, given: AddIn) -> Any:
    """By its full name."""
    person, ref = _editable(request, endpoint_id, podman_id)
    return answer_once(request, lambda: edit_list.ask_add(person, ref, **given.params()))


@router.post(
    f"{WHERE}/drop",
    response={202: JobOut},
    summary="Remove an image from a manifest list",
    openapi_extra=EDIT,
    operation_id="drop_from_list",
)
def drop(request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, given: DropIn) -> Any:
    """The image stays on the host."""
    person, ref = _editable(request, endpoint_id, podman_id)
    return answer_once(request, lambda: edit_list.ask_drop(person, ref, digest=given.digest))


@router.post(
    f"{WHERE}/annotate",
    response={202: JobOut},
    summary="Set platform and annotations in a manifest list",
    openapi_extra=EDIT,
    operation_id="annotate_list",
)
def annotate(request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, given: AnnotateIn) -> Any:
    """Podman can add and change annotations, not remove them."""
    person, ref = _editable(request, endpoint_id, podman_id)
    params = given.params()
    notes = params.pop("annotations")
    return answer_once(request, lambda: edit_list.ask_annotate(person, ref, **params, notes=notes))
