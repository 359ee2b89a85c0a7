"""volume.remove: settled by identity. A volume with the same name made later is another one."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, on_object
from hosts.actions.object_orders import (
    ObjectRef,
    ask_object,
    ask_objects,
    removal_params,
    require_forced_removal,
)
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.inventory.observed import ENDS_OF_CONTAINERS
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Batch, Job
from hosts.podman import volumes
from hosts.podman.errors import NotFound

VERB = "volume.remove"


def ask(person: Person, ref: ObjectRef, *, force: bool = False) -> Job:
    """Request a removal. `force`: also remove the containers that use it."""
    return ask_object(person, VERB, ref, **removal_params(force=force))


def ask_many(person: Person, refs: list[ObjectRef], *, force: bool = False) -> Batch:
    return ask_objects(person, VERB, refs, **removal_params(force=force))


async def do(errand: Errand) -> dict[str, Any]:
    """Remove it; what is gone already counts as removed."""
    await require_forced_removal(errand)
    try:
        found = await volumes.inspect(errand.podman, errand.object_id)
        await errand.about_to_send({"created": str(found.get("CreatedAt", ""))})
        await volumes.remove(
            errand.podman, errand.object_id, force=bool(errand.params.get("force"))
        )
    except NotFound:
        return {"changed": False}
    return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    """Done if it is gone or replaced by another one."""
    try:
        found = await volumes.inspect(errand.podman, errand.object_id)
    except NotFound:
        return Settlement.DONE
    same = str(found.get("CreatedAt", "")) == errand.before.get("created")
    return Settlement.AGAIN if same else Settlement.DONE


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Remove volumes"),
        gettext_lazy("Remove volumes with all data; it cannot be recovered"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Remove"), gettext_lazy("removed the volume")),
    causes=ENDS_OF_CONTAINERS,
    takes_along=True,
    again=on_object(ask),
)
