"""network.remove: settled by the full id, which is there or not."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, on_object
from hosts.actions.object_orders import (
    ObjectRef,
    ask_object,
    ask_objects,
    done_when_gone,
    removal_params,
    require_forced_removal,
)
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.inventory.observed import ENDS_OF_CONTAINERS
from hosts.jobs.errand import Errand
from hosts.models import Batch, Job
from hosts.podman import networks
from hosts.podman.errors import NotFound

VERB = "network.remove"


def ask(person: Person, ref: ObjectRef, *, force: bool = False) -> Job:
    """Request a removal. `force`: also remove the containers that are connected."""
    return ask_object(person, VERB, ref, **removal_params(force=force))


def ask_many(person: Person, refs: list[ObjectRef], *, force: bool = False) -> Batch:
    return ask_objects(person, VERB, refs, **removal_params(force=force))


async def do(errand: Errand) -> dict[str, Any]:
    """Remove it; what is gone already counts as removed."""
    await require_forced_removal(errand)
    await errand.about_to_send()
    try:
        await networks.remove(
            errand.podman, errand.object_id, force=bool(errand.params.get("force"))
        )
    except NotFound:
        return {"changed": False}
    return {"changed": True}


ACTION = Action(
    VERB,
    ask,
    do,
    done_when_gone(networks.inspect),
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Remove networks"),
        gettext_lazy("Remove networks that no container uses"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Remove"), gettext_lazy("removed the network")),
    causes=ENDS_OF_CONTAINERS,
    takes_along=True,
    again=on_object(ask),
)
