"""container.remove: settled by the full id, which is there or not."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, on_object
from hosts.actions.locked_dependents import refuse_locked_dependents
from hosts.actions.object_orders import ObjectRef, ask_object, ask_objects, done_when_gone
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.models import Batch, Job
from hosts.podman import containers
from hosts.podman.errors import NotFound

VERB = "container.remove"


def _params(*, force: bool, volumes: bool) -> dict[str, Any]:
    return {"force": force, "volumes": volumes}


def ask(person: Person, ref: ObjectRef, *, force: bool = False, volumes: bool = False) -> Job:
    """Request a removal. `force`: also if it runs. `volumes`: its anonymous volumes too."""
    return ask_object(person, VERB, ref, params=_params(force=force, volumes=volumes))


def ask_many(
    person: Person, refs: list[ObjectRef], *, force: bool = False, volumes: bool = False
) -> Batch:
    return ask_objects(person, VERB, refs, params=_params(force=force, volumes=volumes))


async def do(errand: Errand) -> dict[str, Any]:
    """Remove it. One that is gone counts as removed."""
    if errand.params.get("volumes"):
        await refuse_locked_dependents(errand)
    await errand.about_to_send()
    try:
        await containers.remove(
            errand.podman,
            errand.object_id,
            force=bool(errand.params.get("force")),
            volumes=bool(errand.params.get("volumes")),
        )
    except NotFound:
        return {"changed": False}
    return {"changed": True}


ACTION = Action(
    VERB,
    ask,
    do,
    done_when_gone(containers.inspect),
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Remove containers"),
        gettext_lazy("Remove containers with all data in their writable layers; volumes stay"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Remove"), gettext_lazy("removed")),
    causes=("container.kill", "container.stop", "volume.remove"),
    again=on_object(ask),
)
