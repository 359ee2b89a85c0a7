"""container.start: settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action, on_object
from hosts.actions.containers.container_state import inspect_state
from hosts.actions.object_orders import plain_asks
from hosts.cards import IS_THERE, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.podman import containers

VERB = "container.start"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    """Start it. One that runs is no error (304)."""
    await errand.about_to_send()
    return {"changed": await containers.start(errand.podman, errand.object_id)}


async def settle(errand: Errand) -> Settlement:
    """Done if it runs."""
    state = await inspect_state(errand)
    return Settlement.DONE if state["running"] else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(gettext_lazy("Start containers"), gettext_lazy("Start stopped containers")),
    road=IS_THERE,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Start"), gettext_lazy("started")),
    again=on_object(ask),
)
