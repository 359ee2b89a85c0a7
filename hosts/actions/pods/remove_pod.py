"""pod.remove: settled by the full id, which is there or not."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action
from hosts.actions.locked_dependents import refuse_locked_dependents
from hosts.actions.object_orders import ObjectRef, ask_object, ask_objects, done_when_gone
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.models import Batch, Job
from hosts.podman import pods
from hosts.podman.errors import NotFound

VERB = "pod.remove"


def ask(person: Person, ref: ObjectRef, *, force: bool = False) -> Job:
    """Remove it with its containers. `force`: also running ones. NotVisible, Denied."""
    return ask_object(person, VERB, ref, params={"force": force})


def ask_many(person: Person, refs: list[ObjectRef], *, force: bool = False) -> Batch:
    return ask_objects(person, VERB, refs, params={"force": force})


async def do(errand: Errand) -> dict[str, Any]:
    """Remove it; what is gone already counts as removed."""
    await refuse_locked_dependents(errand)
    await errand.about_to_send()
    force = bool(errand.params.get("force"))
    try:
        await pods.remove(errand.podman, errand.object_id, force=force)
    except NotFound:
        return {"changed": False}
    return {"changed": True}


ACTION = Action(
    VERB,
    ask,
    do,
    done_when_gone(pods.inspect),
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Remove pods"),
        gettext_lazy("Remove pods with all containers in them"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Remove"), gettext_lazy("removed the pod")),
    causes=("container.kill", "container.remove", "container.stop", "pod.kill", "pod.stop"),
)
