"""container.stop: settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, on_object
from hosts.actions.containers.container_state import inspect_state
from hosts.actions.object_orders import ObjectRef, ask_object, ask_objects
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Batch, Job
from hosts.podman import containers

VERB = "container.stop"


def _params(timeout_s: int | None) -> dict[str, Any]:
    return {} if timeout_s is None else {"timeout_s": timeout_s}


def ask(person: Person, ref: ObjectRef, *, timeout_s: int | None = None) -> Job:
    """Request a stop. After `timeout_s` it is killed. None: the container's own time."""
    return ask_object(person, VERB, ref, params=_params(timeout_s))


def ask_many(person: Person, refs: list[ObjectRef], *, timeout_s: int | None = None) -> Batch:
    return ask_objects(person, VERB, refs, params=_params(timeout_s))


async def do(errand: Errand) -> dict[str, Any]:
    """Stop it. One that is stopped is no error (304)."""
    await errand.about_to_send()
    changed = await containers.stop(
        errand.podman, errand.object_id, wait_s=errand.params.get("timeout_s")
    )
    return {"changed": changed}


async def settle(errand: Errand) -> Settlement:
    state = await inspect_state(errand)
    return Settlement.AGAIN if state["running"] else Settlement.DONE


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Stop containers"),
        gettext_lazy("Stop containers: their services are down until they are started"),
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Stop"), gettext_lazy("stopped")),
    causes=("container.kill",),
    again=on_object(ask),
)
