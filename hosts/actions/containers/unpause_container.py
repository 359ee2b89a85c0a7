"""container.unpause: settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action, on_object
from hosts.actions.containers.container_state import inspect_state
from hosts.actions.object_orders import plain_asks
from hosts.cards import IS_THERE, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.podman import containers

VERB = "container.unpause"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    await errand.about_to_send()
    await containers.unpause(errand.podman, errand.object_id)
    return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    return Settlement.AGAIN if (await inspect_state(errand))["paused"] else Settlement.DONE


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(gettext_lazy("Unpause containers"), gettext_lazy("Unpause containers")),
    road=IS_THERE,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Unpause"), gettext_lazy("unpaused")),
    again=on_object(ask),
)
