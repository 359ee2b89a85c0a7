"""volume.open: a container for a volume that none mounts, so that its files can be reached.

Podman gives files through a container only. The job makes one, holds it for a while and removes
it, however the job ends: done, cancelled ("Close"), or begun anew after a lost worker.
"""

import asyncio
import contextlib
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _

from hosts.access import Person, get_object
from hosts.access.fetch import require
from hosts.actions.action import Action
from hosts.actions.asking import ObjectRef, order_for
from hosts.actions.files.reading import target_for
from hosts.actions.making import made_by, with_job
from hosts.guardrails import of_others
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand, Trouble
from hosts.jobs.handler import Settled
from hosts.models import Job
from hosts.podman import containers, system
from hosts.podman.errors import NotFound, PodmanError

VERB: Final = "volume.open"
OPEN_S: Final = 600
NAME: Final = "haulout-files-"
_MOUNTED_AT: Final = "/volume"


def ask(person: Person, ref: ObjectRef, *, image: str) -> Job:
    """Ask for it, made from `image`, which is on the host. NotVisible, Denied, Trouble.

    One at a time on an endpoint: an open one counts as one of the few changes at once there.
    """
    row = get_object(person, "volume", *ref, verb=VERB)
    require(person, "volume.files", target_for(row, "volume"), row.endpoint)
    if Job.objects.filter(verb=VERB, endpoint=row.endpoint, state__in=Job.OPEN).exists():
        raise Trouble(
            _("Another volume of this host is open. Close it first, by cancelling its job.")
        )
    proposed = of_others.helper(VERB, image=image, volumes={row.podman_id: _MOUNTED_AT})
    order = replace(order_for(row, "volume", {"image": image}), proposed=proposed)
    return ask_job(person, VERB, order, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Make it, say that it is there, hold it, remove it."""
    volumes = {errand.object_id: _MOUNTED_AT}
    await errand.permit(of_others.helper(VERB, image=errand.params["image"], volumes=volumes))
    await _clear(errand)
    await errand.about_to_send()
    spec = {
        "name": f"{NAME}{errand.job_id}",
        "image": errand.params["image"],
        "entrypoint": ["sleep"],
        "command": [str(OPEN_S + 60)],
        "user": "0:0",
        "netns": {"nsmode": "none"},
        # a volume may be labelled for one container alone
        "selinux_opts": ["disable"],
        "volumes": [{"Name": errand.object_id, "Dest": _MOUNTED_AT, "Options": ["nocopy"]}],
        "labels": with_job({}, errand.job_id),
    }
    try:
        container_id, _warnings = await containers.create(errand.podman, spec)
        try:
            await containers.start(errand.podman, container_id)
        except PodmanError as not_started:
            if not_started.maybe_done:
                raise
            # without sleep in the image it stays unstarted: reading and uploading work all the same
            errand.say(_("The image has no “sleep”: files can be read and uploaded, not renamed."))
        await errand.report({"ready": True})
        await asyncio.sleep(OPEN_S)
    finally:
        clearing = asyncio.create_task(_clear_quietly(errand))
        await asyncio.shield(clearing)
    return {"kind": "volume", "id": errand.object_id}


async def _clear(errand: Errand) -> None:
    for one in await containers.list_containers(errand.podman, filters=made_by(errand.job_id)):
        with contextlib.suppress(NotFound):
            await containers.remove(errand.podman, str(one["Id"]), force=True, wait_s=0)


async def _clear_quietly(errand: Errand) -> None:
    # what cannot be removed now is named by its label; a try begun anew removes it first
    with contextlib.suppress(PodmanError):
        await _clear(errand)


async def settle(errand: Errand) -> Settled:
    """`do` begins anew, by removing what is there."""
    await system.ping(errand.podman)
    return Settled.AGAIN


ACTION = Action(VERB, do, settle, queue="long")
