"""container.restart: settled by a snapshot of the process before."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, on_object
from hosts.actions.containers.container_state import inspect_state, is_new_process
from hosts.actions.object_orders import ObjectRef, ask_object, ask_objects
from hosts.cards import IS_THERE, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Batch, Job
from hosts.podman import containers

VERB = "container.restart"


def _params(timeout_s: int | None) -> dict[str, Any]:
    return {} if timeout_s is None else {"timeout_s": timeout_s}


def ask(person: Person, ref: ObjectRef, *, timeout_s: int | None = None) -> Job:
    """Request a restart. After `timeout_s` it is killed first. None: the container's own time."""
    return ask_object(person, VERB, ref, params=_params(timeout_s))


def ask_many(person: Person, refs: list[ObjectRef], *, timeout_s: int | None = None) -> Batch:
    return ask_objects(person, VERB, refs, params=_params(timeout_s))


async def do(errand: Errand) -> dict[str, Any]:
    """Take a snapshot of the process, then restart."""
    await errand.about_to_send(await inspect_state(errand))
    await containers.restart(errand.podman, errand.object_id, wait_s=errand.params.get("timeout_s"))
    return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    """Done if another process runs. One that is stopped still has to be started."""
    state = await inspect_state(errand)
    if is_new_process(errand.before, state) and state["running"]:
        return Settlement.DONE
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Restart containers"),
        gettext_lazy("Stop and start containers: their services are down for a moment"),
    ),
    road=IS_THERE,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Restart"), gettext_lazy("restarted")),
    causes=("container.kill", "container.start", "container.stop"),
    again=on_object(ask),
)
