"""pod.stop: settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action
from hosts.actions.object_orders import ObjectRef, ask_object, ask_objects
from hosts.actions.pods.pod_state import STOPPED, state_of
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Batch, Job
from hosts.podman import pods

VERB = "pod.stop"


def _params(timeout_s: int | None) -> dict[str, Any]:
    return {} if timeout_s is None else {"timeout_s": timeout_s}


def ask(person: Person, ref: ObjectRef, *, timeout_s: int | None = None) -> Job:
    """Stop its containers. After `timeout_s` they are killed. None: their own time. NotVisible, Denied."""
    return ask_object(person, VERB, ref, params=_params(timeout_s))


def ask_many(person: Person, refs: list[ObjectRef], *, timeout_s: int | None = None) -> Batch:
    return ask_objects(person, VERB, refs, params=_params(timeout_s))


async def do(errand: Errand) -> dict[str, Any]:
    """Stop it. One that is stopped is no error (304)."""
    await errand.about_to_send()
    wait_s = errand.params.get("timeout_s")
    return {"changed": await pods.stop(errand.podman, errand.object_id, wait_s=wait_s)}


async def settle(errand: Errand) -> Settlement:
    return Settlement.DONE if await state_of(errand) in STOPPED else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(gettext_lazy("Stop pods"), gettext_lazy("Stop all containers of a pod")),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Stop"), gettext_lazy("stopped the pod")),
    causes=("container.kill", "container.stop"),
)
