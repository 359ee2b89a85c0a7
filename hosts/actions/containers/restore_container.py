"""container.restore: it goes on where a checkpoint froze it. Settled by state."""

from typing import Any

from audit.params import allow
from hosts.access import Person, get_object
from hosts.actions.action import Action
from hosts.actions.asking import ObjectRef, ask_object
from hosts.actions.containers.checkpoint_container import explained
from hosts.actions.containers.container_state import look
from hosts.actions.refused import HostRefused
from hosts.capabilities import lacks
from hosts.guardrails import of_inspect
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settled
from hosts.models import Job
from hosts.podman import containers
from hosts.podman.errors import PodmanError

VERB = "container.restore"
allow(VERB, "keep", "tcp")


def ask(person: Person, ref: ObjectRef, *, keep: bool = False, tcp: bool = False) -> Job:
    """Ask for it. HostRefused where the host cannot, NotVisible, Denied."""
    row = get_object(person, "container", *ref, verb=VERB)
    if lack := lacks(row.endpoint, "checkpoint"):
        raise HostRefused("", lack)
    return ask_object(person, VERB, ref, params={"keep": keep, "tcp": tcp}, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Wake it."""
    found = await containers.inspect(errand.podman, errand.object_id)
    await errand.permit(of_inspect.container(VERB, found))
    await errand.about_to_send()
    keep, tcp = bool(errand.params.get("keep")), bool(errand.params.get("tcp"))
    try:
        await containers.restore(errand.podman, errand.object_id, keep=keep, tcp=tcp)
    except PodmanError as failed:
        if failed.maybe_done or failed.status is None:
            raise
        raise explained(failed) from failed
    return {"changed": True}


async def settle(errand: Errand) -> Settled:
    """Running."""
    return Settled.DONE if (await look(errand))["running"] else Settled.AGAIN


ACTION = Action(VERB, do, settle, queue="long")
