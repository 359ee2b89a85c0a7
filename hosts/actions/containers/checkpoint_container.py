"""container.checkpoint: write the processes to the host's disk (CRIU). Settled by state."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action, on_object
from hosts.actions.object_orders import ObjectRef, ask_object
from hosts.capabilities import lacks
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import containers
from hosts.podman.errors import PodmanError
from hosts.refusals import FieldRefusal

VERB = "container.checkpoint"


def ask(
    person: Person,
    ref: ObjectRef,
    *,
    keep: bool = False,
    leave_running: bool = False,
    tcp: bool = False,
) -> Job:
    """Request it. FieldRefusal where the host cannot, NotVisible, Denied."""
    row = get_object(person, "container", *ref, verb=VERB)
    if lack := lacks(row.endpoint, "checkpoint"):
        raise FieldRefusal("", lack)
    params = {"keep": keep, "leave_running": leave_running, "tcp": tcp}
    return ask_object(person, VERB, ref, params=params, queue="long")


def checkpoint_trouble(failed: PodmanError) -> ActionFailed:
    """Why the host could not, with a cure and Podman's words."""
    words = failed.message.lower()
    if "criu" in words:
        return ActionFailed(
            _(
                "The host has no working CRIU. Install the package criu there, version 3.11 or "
                "later."
            ),
            failed.message,
        )
    if "tcp" in words:
        return ActionFailed(
            _("It has open connections: choose to include them too."), failed.message
        )
    return ActionFailed(_("Podman could not checkpoint or restore it."), failed.message)


async def do(errand: Errand) -> dict[str, Any]:
    await errand.about_to_send({"leave_running": errand.params.get("leave_running", False)})
    try:
        await containers.checkpoint(
            errand.podman,
            errand.object_id,
            keep=bool(errand.params.get("keep")),
            leave_running=bool(errand.params.get("leave_running")),
            tcp=bool(errand.params.get("tcp")),
        )
    except PodmanError as failed:
        if failed.maybe_done or failed.status is None:
            raise
        raise checkpoint_trouble(failed) from failed
    return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    """Podman marks a container that it has checkpointed."""
    state = (await containers.inspect(errand.podman, errand.object_id)).get("State") or {}
    if state.get("Checkpointed"):
        return Settlement.DONE
    return Settlement.UNKNOWN if errand.before.get("leave_running") else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Checkpoint"),
        gettext_lazy("Write a container with its memory to disk and stop it"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Checkpoint"), gettext_lazy("checkpointed")),
    causes=("container.stop",),
    params=("keep", "leave_running", "tcp"),
    again=on_object(ask),
)
