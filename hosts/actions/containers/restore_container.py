"""container.restore: continue from a checkpoint. Settled by state."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action, on_object
from hosts.actions.containers.checkpoint_container import checkpoint_trouble
from hosts.actions.containers.container_state import inspect_state
from hosts.actions.object_orders import ObjectRef, ask_object
from hosts.actions.second_look_changes import at_change
from hosts.capabilities import lacks
from hosts.cards import Lock, Right, Road, SecondLook, When
from hosts.guardrails import from_inspect
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import containers
from hosts.podman.errors import PodmanError
from hosts.refusals import FieldRefusal

VERB = "container.restore"


def ask(person: Person, ref: ObjectRef, *, keep: bool = False, tcp: bool = False) -> Job:
    """Request it. FieldRefusal where the host cannot, NotVisible, Denied."""
    row = get_object(person, "container", *ref, verb=VERB)
    if lack := lacks(row.endpoint, "checkpoint"):
        raise FieldRefusal("", lack)
    return ask_object(person, VERB, ref, params={"keep": keep, "tcp": tcp}, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Restore it. It is judged again once it runs."""
    found = await containers.inspect(errand.podman, errand.object_id)
    await errand.permit(from_inspect.container(VERB, found))
    await errand.about_to_send()
    keep, tcp = bool(errand.params.get("keep")), bool(errand.params.get("tcp"))
    try:
        await containers.restore(errand.podman, errand.object_id, keep=keep, tcp=tcp)
    except PodmanError as failed:
        if failed.maybe_done or failed.status is None:
            raise
        raise checkpoint_trouble(failed) from failed
    await _look_again(errand)
    return {"changed": True}


async def _look_again(errand: Errand) -> None:
    async def undo() -> str:
        try:
            await containers.kill(errand.podman, errand.object_id)
        except PodmanError as failed:
            return _("It is running and could not be stopped: %s") % failed.message
        return _("It was stopped, and was not removed.")

    await at_change(errand, errand.object_id, undo=undo)


async def settle(errand: Errand) -> Settlement:
    """Done if it runs within the rules."""
    if not (await inspect_state(errand))["running"]:
        return Settlement.AGAIN
    await _look_again(errand)
    return Settlement.DONE


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(gettext_lazy("Restore"), gettext_lazy("Restore a container from a checkpoint")),
    road=Road(When.WORK, SecondLook.CHANGED),
    lock=Lock.CHANGES,
    words=(gettext_lazy("Restore"), gettext_lazy("restored from a checkpoint:")),
    causes=("container.start",),
    params=("keep", "tcp"),
    again=on_object(ask),
)
