"""container.pause: settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action, on_object
from hosts.actions.containers.container_state import inspect_state
from hosts.actions.object_orders import plain_asks
from hosts.cards import IS_THERE, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.podman import containers

VERB = "container.pause"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    await errand.about_to_send()
    await containers.pause(errand.podman, errand.object_id)
    return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    return Settlement.DONE if (await inspect_state(errand))["paused"] else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Pause containers"),
        gettext_lazy("Pause containers: they keep their memory but do not respond"),
    ),
    road=IS_THERE,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Pause"), gettext_lazy("paused")),
    again=on_object(ask),
)
