"""container.init: prepare mounts and network without a start. Settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action, on_object
from hosts.actions.containers.container_state import inspect_state
from hosts.actions.object_orders import plain_asks
from hosts.cards import IS_THERE, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.podman import containers

VERB = "container.init"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    """Initialize it. One that is initialized already stays so (304)."""
    await errand.about_to_send()
    return {"changed": await containers.init(errand.podman, errand.object_id)}


async def settle(errand: Errand) -> Settlement:
    """Done if it is initialized, or was started since."""
    state = await inspect_state(errand)
    ready = state["status"] == "initialized" or state["running"]
    return Settlement.DONE if ready else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Init containers"),
        gettext_lazy("Set up a container without starting it, so that it starts faster later"),
    ),
    road=IS_THERE,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Init"), gettext_lazy("initialized")),
    again=on_object(ask),
)
