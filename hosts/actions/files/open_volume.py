"""volume.open: a helper container for a volume that no container mounts.

Podman gives access to files only through a container.
"""

from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.access.fetch import require
from hosts.actions.action import Action
from hosts.actions.files.helper import clear, hold, judge_room
from hosts.actions.files.read_file import PARAMS, target_for
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import from_request
from hosts.inventory.observed import OF_CONTAINERS
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import system

VERB: Final = "volume.open"
_MOUNTED_AT: Final = "/volume"


def ask(person: Person, ref: ObjectRef, *, image: str) -> Job:
    """Request it. The helper is made from `image`, which is on the host. NotVisible, Denied, ActionFailed."""
    row = get_object(person, "volume", *ref, verb=VERB)
    require(person, "volume.files", target_for(row, "volume"), row.endpoint)
    judge_room(row.endpoint)
    proposal = from_request.helper(VERB, image=image, volumes={row.podman_id: _MOUNTED_AT})
    order = replace(order_for(row, "volume", {"image": image}), proposal=proposal)
    return ask_job(person, VERB, order, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Create the helper, hold it, remove it."""
    volumes = {errand.object_id: _MOUNTED_AT}
    await errand.permit(from_request.helper(VERB, image=errand.params["image"], volumes=volumes))
    await clear(errand)
    await errand.about_to_send()
    volume = {"Name": errand.object_id, "Dest": _MOUNTED_AT, "Options": ["nocopy"]}
    await hold(errand, {"volumes": [volume]})
    return {"kind": "volume", "id": errand.object_id}


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
        gettext_lazy("Open volumes"),
        gettext_lazy("Create a temporary container, to reach the files of an unmounted volume"),
        needs=("volume.files",),
    ),
    road=MAKES,
    lock=Lock.PASSES,
    words=(gettext_lazy("Open the files of"), gettext_lazy("opened the files of")),
    causes=OF_CONTAINERS,
    params=PARAMS,
)
