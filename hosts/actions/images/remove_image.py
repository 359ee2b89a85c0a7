"""image.remove: settled by identity (the id is there or not)."""

from typing import Any

from hosts.access import Person
from hosts.actions.action import Action
from hosts.actions.asking import ObjectRef, ask_object, ask_objects
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settled
from hosts.models import Batch, Job
from hosts.podman import images
from hosts.podman.errors import NotFound

VERB = "image.remove"


def ask(person: Person, ref: ObjectRef, *, force: bool = False) -> Job:
    """Ask for a removal. `force`: with all its names, and with containers that use it."""
    return ask_object(person, VERB, ref, params={"force": force})


def ask_many(person: Person, refs: list[ObjectRef], *, force: bool = False) -> Batch:
    """Ask for many removals."""
    return ask_objects(person, VERB, refs, params={"force": force})


async def do(errand: Errand) -> dict[str, Any]:
    """Remove it; what is gone already counts as removed."""
    await errand.about_to_send()
    try:
        removed = await images.remove(
            errand.podman, errand.object_id, force=bool(errand.params.get("force"))
        )
    except NotFound:
        return {"changed": False}
    return {"changed": True, "removed": removed}


async def settle(errand: Errand) -> Settled:
    """Gone by its full id."""
    there = await images.exists(errand.podman, errand.object_id)
    return Settled.AGAIN if there else Settled.DONE


ACTION = Action(VERB, do, settle)
