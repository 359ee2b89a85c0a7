"""network.disconnect: disconnect a container, running or not. Settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action
from hosts.actions.networks.membership import networks_of
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import networks
from hosts.podman.errors import NotFound

VERB = "network.disconnect"


def ask(person: Person, ref: ObjectRef, *, container_id: str) -> Job:
    """Request to disconnect a container. NotVisible, Denied."""
    row = get_object(person, "network", *ref, verb=VERB)
    container = get_object(
        person, "container", row.endpoint_id, container_id, verb="container.view"
    )
    params = {"container_id": container.podman_id, "container": container.name}
    return ask_job(person, VERB, order_for(row, "network", params), queue="short")


async def do(errand: Errand) -> dict[str, Any]:
    """Disconnect. One that is not connected, or gone, is no error."""
    container_id = errand.params["container_id"]
    try:
        if errand.name not in await networks_of(errand.podman, container_id):
            return {"changed": False}
        await errand.about_to_send()
        await networks.disconnect(errand.podman, errand.object_id, container_id)
    except NotFound:
        return {"changed": False}
    return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    try:
        connected = errand.name in await networks_of(errand.podman, errand.params["container_id"])
    except NotFound:
        return Settlement.DONE
    return Settlement.AGAIN if connected else Settlement.DONE


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(
        gettext_lazy("Disconnect containers"), gettext_lazy("Disconnect a container from a network")
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Disconnect from"), gettext_lazy("disconnected a container from")),
    params=("container", "container_id"),
)
