"""image.remove: settled by the id, which is there or not."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, on_object
from hosts.actions.images.remove_whole import remove_whole
from hosts.actions.object_orders import (
    ObjectRef,
    ask_object,
    ask_objects,
    removal_params,
    require_forced_removal,
)
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.models import Batch, Job
from hosts.podman import images, manifests
from hosts.podman.errors import NotFound

VERB = "image.remove"


def ask(person: Person, ref: ObjectRef, *, force: bool = False) -> Job:
    """Request a removal. `force`: also remove the containers that use it."""
    return ask_object(person, VERB, ref, **removal_params(force=force))


def ask_many(person: Person, refs: list[ObjectRef], *, force: bool = False) -> Batch:
    return ask_objects(person, VERB, refs, **removal_params(force=force))


async def do(errand: Errand) -> dict[str, Any]:
    """Remove it with all its names. One that is gone counts as removed."""
    await require_forced_removal(errand)
    await errand.about_to_send()
    podman, image_id = errand.podman, errand.object_id
    try:
        # with force Podman would remove the list's image for the host's platform instead
        if errand.params.get("force") and not await manifests.exists(podman, image_id):
            removed = await images.remove(podman, image_id, force=True)
        else:
            removed = await remove_whole(podman, image_id)
    except NotFound:
        return {"changed": False}
    if image_id not in removed[1]:
        raise ActionFailed(_("Other images are built on it, so it stays with its names."))
    return {"changed": True, "removed": removed}


async def settle(errand: Errand) -> Settlement:
    found = await images.list_images(errand.podman, all=True)
    there = any(one.get("Id") == errand.object_id for one in found)
    return Settlement.AGAIN if there else Settlement.DONE


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Remove images"),
        gettext_lazy("Remove images; those without a copy in a registry are lost"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Remove"), gettext_lazy("removed")),
    causes=("container.remove", "image.untag"),
    again=on_object(ask),
)
