"""pod.pause: settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action
from hosts.actions.object_orders import plain_asks
from hosts.actions.pods.pod_state import state_of
from hosts.cards import IS_THERE, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.podman import pods

VERB = "pod.pause"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    await errand.about_to_send()
    return {"changed": await pods.pause(errand.podman, errand.object_id)}


async def settle(errand: Errand) -> Settlement:
    return Settlement.DONE if await state_of(errand) == "paused" else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(gettext_lazy("Pause pods"), gettext_lazy("Pause all containers of a pod")),
    road=IS_THERE,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Pause"), gettext_lazy("paused the pod")),
    causes=("container.pause",),
)
