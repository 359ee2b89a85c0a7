"""image.pull: a broken pull is repeated. Layers that are there are not sent again."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Denied, NotVisible, Person, get_endpoint
from hosts.actions.action import Action
from hosts.actions.images.pull import pull_into
from hosts.actions.images.references import parse_full
from hosts.cards import NAMES_IMAGE, Lock, Right
from hosts.guardrails import from_request
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.ask import ask_batch
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Batch, Job
from hosts.podman import system

VERB = "image.pull"


def _order(person: Person, endpoint_id: int, reference: str) -> Order:
    """The order. Refusal when `reference` is no full image name."""
    full = str(parse_full(reference))
    endpoint = get_endpoint(person, endpoint_id, VERB)
    return Order(
        endpoint=endpoint,
        kind="image",
        object_id="",
        name=full,
        params={"image": full},
        proposal=from_request.images(VERB, [full], pulled=True),
    )


def ask(person: Person, endpoint_id: int, *, reference: str) -> Job:
    """Request a pull by full name. Refusal, NotVisible, Denied."""
    return ask_job(person, VERB, _order(person, endpoint_id, reference), queue="long")


def again(person: Person, job: Job) -> Job:
    """Pull it again."""
    return ask(person, job.endpoint_id or 0, reference=job.params["image"])


def ask_many(person: Person, endpoint_ids: list[int], *, references: list[str]) -> Batch:
    """Pull the images on many endpoints. Endpoints without the right are listed in `skipped`. Refusal when
    a reference is no full image name. Then nothing is requested.
    """
    full = list(dict.fromkeys(str(parse_full(reference)) for reference in references))
    orders: list[Order] = []
    skipped: list[dict[str, str]] = []
    for endpoint_id in dict.fromkeys(endpoint_ids):
        try:
            orders += [_order(person, endpoint_id, reference) for reference in full]
        except NotVisible:
            skipped.append({"name": "", "host": str(endpoint_id), "why": _("no longer exists")})
        except Denied:
            skipped.append({"name": "", "host": str(endpoint_id), "why": _("not permitted")})
    return ask_batch(person, VERB, orders, skipped=skipped, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Pull. The result names the image."""
    await errand.permit(from_request.images(VERB, [errand.params["image"]], pulled=True))
    await errand.about_to_send()
    image_id = await pull_into(errand, errand.params["image"])
    return {"kind": "image", "id": image_id}


async def settle(errand: Errand) -> Settlement:
    """Always again: only the registry knows whether the name still means the same image."""
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    queue="long",
    right=Right(
        gettext_lazy("Pull images"),
        gettext_lazy("Fetch images from registries, with the credentials stored in Haulout"),
    ),
    road=NAMES_IMAGE,
    lock=Lock.MAKES,
    again=again,
    words=(gettext_lazy("Pull"), gettext_lazy("pulled")),
    causes=("image.tag",),
)
