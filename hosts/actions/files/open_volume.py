"""volume.open: a container for a volume that none mounts, so that its files can be reached.

Podman gives files through a container only. The job makes one and holds it for a while (helper.py).
"""

from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.access.fetch import require
from hosts.actions.action import Action
from hosts.actions.asking import ObjectRef, order_for
from hosts.actions.files.helper import clear, hold, judge_room
from hosts.actions.files.reading import PARAMS, target_for
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import of_others
from hosts.inventory.observed import OF_CONTAINERS
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import system

VERB: Final = "volume.open"
_MOUNTED_AT: Final = "/volume"


def ask(person: Person, ref: ObjectRef, *, image: str) -> Job:
    """Ask for it, made from `image`, which is on the host. NotVisible, Denied, ActionFailed."""
    row = get_object(person, "volume", *ref, verb=VERB)
    require(person, "volume.files", target_for(row, "volume"), row.endpoint)
    judge_room(row.endpoint)
    proposed = of_others.helper(VERB, image=image, volumes={row.podman_id: _MOUNTED_AT})
    order = replace(order_for(row, "volume", {"image": image}), proposed=proposed)
    return ask_job(person, VERB, order, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Make it, say that it is there, hold it, remove it."""
    volumes = {errand.object_id: _MOUNTED_AT}
    await errand.permit(of_others.helper(VERB, image=errand.params["image"], volumes=volumes))
    await clear(errand)
    await errand.about_to_send()
    volume = {"Name": errand.object_id, "Dest": _MOUNTED_AT, "Options": ["nocopy"]}
    await hold(errand, {"volumes": [volume]})
    return {"kind": "volume", "id": errand.object_id}


async def settle(errand: Errand) -> Settlement:
    """`do` begins anew, by removing what is there."""
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
        gettext_lazy(
            "Make a container for a while, to reach the files of a volume that none mounts"
        ),
        needs=("volume.files",),
    ),
    road=MAKES,
    lock=Lock.PASSES,
    words=(gettext_lazy("Open the files of"), gettext_lazy("opened the files of")),
    causes=OF_CONTAINERS,
    params=PARAMS,
)
