"""container.open: rename and delete files of a container that does not run.

Podman's archive can only add. So the file system is mounted on the host, and a helper container gets that
mount and has tools. Nothing of the container itself is started.
"""

import asyncio
import contextlib
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.access.fetch import require
from hosts.actions.action import Action
from hosts.actions.containers.container_state import inspect_state
from hosts.actions.files.helper import clear, hold, judge_room
from hosts.actions.files.place import FILES_OF_LABEL, MOUNTED_AT
from hosts.actions.files.read_file import PARAMS, target_for
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import from_request
from hosts.inventory.job_marks import mark
from hosts.inventory.observed import OF_CONTAINERS
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import containers, system
from hosts.podman.errors import PodmanError

VERB: Final = "container.open"


def ask(person: Person, ref: ObjectRef, *, image: str) -> Job:
    """Request it. The helper is made from `image`, which is on the host. NotVisible, Denied, ActionFailed."""
    row = get_object(person, "container", *ref, verb=VERB)
    require(person, "container.files", target_for(row, "container"), row.endpoint)
    judge_room(row.endpoint)
    proposal = from_request.helper(VERB, image=image, volumes={})
    order = replace(order_for(row, "container", {"image": image}), proposal=proposal)
    return ask_job(person, VERB, order, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Mount, hold the helper, unmount."""
    await errand.permit(from_request.helper(VERB, image=errand.params["image"], volumes={}))
    await clear(errand)
    if errand.broken:
        # Podman counts mounts
        await _unmount(errand)
    state = await inspect_state(errand)
    if state["running"] or state["paused"]:
        raise ActionFailed(_("It is running: change its files directly."))
    await errand.about_to_send()
    path = await containers.mount(errand.podman, errand.object_id)
    mount = {"type": "bind", "source": path, "destination": MOUNTED_AT, "options": ["rw", "bind"]}
    try:
        await hold(
            errand,
            {"mounts": [mount], "labels": {FILES_OF_LABEL: mark(errand.job_id, errand.object_id)}},
        )
    finally:
        await asyncio.shield(asyncio.create_task(_unmount(errand)))
    return {"kind": "container", "id": errand.object_id}


async def _unmount(errand: Errand) -> None:
    # a container that was removed or started has no such mount any more
    with contextlib.suppress(PodmanError):
        await containers.unmount(errand.podman, errand.object_id)


async def settle(errand: Errand) -> Settlement:
    """`do` starts again by removing what is there."""
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Open files of stopped containers"),
        gettext_lazy("Create a temporary container, to rename and delete files of a stopped one"),
        needs=("container.files",),
    ),
    road=MAKES,
    lock=Lock.PASSES,
    words=(gettext_lazy("Open the files of"), gettext_lazy("opened the files of")),
    causes=OF_CONTAINERS,
    params=PARAMS,
)
