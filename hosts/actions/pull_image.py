"""image.pull: a broken pull is pulled again; the registry's layers make that harmless."""

from typing import Any

from hosts.access import Person, get_endpoint
from hosts.actions.action import Action
from hosts.actions.pulling import pull_into
from hosts.actions.references import parse
from hosts.jobs.ask import Order, ask_batch
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settled
from hosts.models import Batch, Job
from hosts.podman import system

VERB = "image.pull"


def _order(person: Person, endpoint_id: int, reference: str) -> Order:
    """ValueError when `reference` is no full image name."""
    full = str(parse(reference))
    endpoint = get_endpoint(person, endpoint_id, VERB)
    return Order(endpoint=endpoint, kind="image", object_id="", name=full, params={"image": full})


def ask(person: Person, endpoint_id: int, *, reference: str) -> Job:
    """Ask for a pull of a full image name. ValueError (not a name), NotVisible, Denied."""
    return ask_job(person, VERB, _order(person, endpoint_id, reference), queue="long")


def ask_many(person: Person, endpoint_ids: list[int], *, reference: str) -> Batch:
    """The same image on many endpoints."""
    orders = [_order(person, endpoint_id, reference) for endpoint_id in endpoint_ids]
    return ask_batch(person, VERB, orders, skipped=[], queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Pull; the result names the image."""
    await errand.about_to_send()
    image_id = await pull_into(errand, errand.params["image"])
    return {"kind": "image", "id": image_id}


async def settle(errand: Errand) -> Settled:
    """Always again: only the registry knows whether the name still means the same image."""
    await system.ping(errand.podman)
    return Settled.AGAIN


ACTION = Action(VERB, do, settle, queue="long")
