"""image.list_create: a manifest list of images on one host. Settled by state: the name exists."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_endpoint, get_object
from hosts.actions.action import Action
from hosts.actions.images.names import new_name, with_tags
from hosts.actions.object_orders import ObjectRef
from hosts.cards import NAMES_IMAGE, Lock, Right
from hosts.guardrails import Proposal, from_request
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Image, InventoryRow, Job
from hosts.podman import images, manifests
from hosts.podman.errors import Conflict
from hosts.refusals import Refusal

VERB = "image.list_create"


def ask(person: Person, refs: list[ObjectRef], *, name: str) -> Job:
    """Request a list `name` of the images `refs`, all on one endpoint. Refusal."""
    refs = list(dict.fromkeys(refs))
    if not refs or len({endpoint_id for endpoint_id, _id in refs}) != 1:
        raise Refusal(_("A list consists of images of one host."))
    rows = [get_object(person, "image", *ref, verb=VERB) for ref in refs]
    if any(isinstance(row, Image) and row.manifest_list for row in rows):
        raise Refusal(_("A list cannot contain another list here: add its images."))
    endpoint = get_endpoint(person, refs[0][0], VERB)
    full = str(new_name(name))
    # by full name: Podman 4.3 takes no ids here, and looks up short names in a registry
    params = {"name": full, "images": [_called(row) for row in rows]}
    order = Order(
        endpoint=endpoint,
        kind="image",
        object_id="",
        name=full,
        params=params,
        proposal=_proposal(params),
    )
    return ask_job(person, VERB, order, queue="short")


def _proposal(params: dict[str, Any]) -> Proposal:
    return from_request.images(VERB, params["images"], field="images", called=[params["name"]])


def _called(row: InventoryRow) -> str:
    names = with_tags(row.names) if isinstance(row, Image) else []
    return f"containers-storage:{names[0]}" if names else row.podman_id


async def do(errand: Errand) -> dict[str, Any]:
    """Create it. A name that exists is not taken over."""
    name = errand.params["name"]
    await errand.permit(_proposal(errand.params))
    await errand.about_to_send()
    try:
        list_id = await manifests.create(
            errand.podman, name, errand.params["images"], all_images=False
        )
    except Conflict as taken:
        raise ActionFailed(_("%s already exists. Choose another name.") % name) from taken
    return {"kind": "image", "id": list_id}


async def settle(errand: Errand) -> Settlement:
    """Done if the name is a list with as many images."""
    if not await images.exists(errand.podman, errand.params["name"]):
        return Settlement.AGAIN
    if not await manifests.exists(errand.podman, errand.params["name"]):
        return Settlement.UNKNOWN
    found = await manifests.inspect(errand.podman, errand.params["name"])
    whole = len(found.get("manifests") or []) == len(errand.params["images"])
    return Settlement.DONE if whole else Settlement.UNKNOWN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(
        gettext_lazy("Create manifest lists"),
        gettext_lazy("Create lists that name one image per platform"),
    ),
    road=NAMES_IMAGE,
    lock=Lock.MAKES,
    words=(gettext_lazy("Create list"), gettext_lazy("created the manifest list")),
)
