"""pod.start: settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action
from hosts.actions.object_orders import plain_asks
from hosts.actions.pods.pod_state import state_of
from hosts.cards import IS_THERE, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.podman import pods

VERB = "pod.start"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    """Start it. One that runs is no error (304)."""
    await errand.about_to_send()
    return {"changed": await pods.start(errand.podman, errand.object_id)}


async def settle(errand: Errand) -> Settlement:
    return Settlement.DONE if await state_of(errand) == "running" else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(gettext_lazy("Start pods"), gettext_lazy("Start all containers of a pod")),
    road=IS_THERE,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Start"), gettext_lazy("started the pod")),
    causes=("container.start",),
)
