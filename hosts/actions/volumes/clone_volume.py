"""volume.clone: a new volume with the same content, owners and modes. Settled by the label.

From Podman 5.6 on it is exported and imported. Older Podman loses owners that way, so a container mounts
both and runs `cp -a`. That needs an image with `cp` on the host.
"""

import contextlib
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts import capabilities
from hosts.access import Person, get_object
from hosts.actions.action import Action
from hosts.actions.creation import checked_name, endpoint_for_new, job_filter, with_job_label
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.actions.second_look import at_helper
from hosts.actions.second_look_objects import at_volume
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import Proposal, from_request, from_storage
from hosts.inventory.observed import OF_CONTAINERS
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import containers, logs, system, volumes
from hosts.podman.errors import NotFound, PodmanError
from hosts.refusals import FieldRefusal

VERB = "volume.clone"
# for volumes of some hundred gigabytes
PATIENCE_S: Final = 6 * 3600.0
_FROM, _TO = "/haulout/from", "/haulout/to"


def ask(person: Person, ref: ObjectRef, *, name: str, image: str = "") -> Job:
    """Request a copy `name` on the same host. FieldRefusal names the field, NotVisible, Denied. `image`:
    for the container that copies, where Podman cannot.
    """
    row = get_object(person, "volume", *ref, verb=VERB)
    name = checked_name(name)
    endpoint_for_new(person, row.endpoint_id, VERB, kind="volume", name=name)
    if capabilities.lacks(row.endpoint, "volume_transfer") and not image:
        raise FieldRefusal("image", _("Choose an image that has the command cp."))
    params = {"new_name": name, "image": image, "labels": row.labels}
    proposal = _proposal(params, row.podman_id)
    order = replace(order_for(row, "volume", params), proposal=proposal)
    return ask_job(person, VERB, order, queue="long")


def _proposal(params: dict[str, Any], source: str) -> Proposal:
    new = from_storage.volume(VERB, name=params["new_name"], labels=params["labels"])
    if not params["image"]:
        return new
    copier = from_request.helper(VERB, image=params["image"], volumes={source: _FROM})
    return Proposal(VERB, (*new.parts, *copier.parts), new.unknown)


async def do(errand: Errand) -> dict[str, Any]:
    """Remove what an earlier try left, then copy. A failed copy leaves nothing behind."""
    new = errand.params["new_name"]
    if errand.before.get("copied"):
        return {"kind": "volume", "id": new}
    await errand.permit(_proposal(errand.params, errand.object_id))
    await _clear(errand)
    await errand.about_to_send()
    # options are not copied: with the same bind the copy would be the same volume
    labels = with_job_label(errand.params["labels"], errand.job_id)
    await volumes.create(errand.podman, name=new, labels=labels)
    try:
        await at_volume(errand, new)
        if errand.params["image"]:
            await _copy_by_container(errand, new)
        else:
            await _copy_by_podman(errand, new)
    except BaseException:
        # also after a cancellation, since half a copy looks complete
        with contextlib.suppress(PodmanError):
            await _clear(errand)
        raise
    # from now on it may be in use, so no later try removes it
    await errand.about_to_send({"copied": True})
    return {"kind": "volume", "id": new}


async def _copy_by_podman(errand: Errand, new: str) -> None:
    done = 0

    async def counted(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        nonlocal done
        async for piece in pieces:
            done += len(piece)
            bar = {"id": new, "status": _("copied"), "current": done, "total": 0}
            await errand.report({"layers": [bar]})
            yield piece

    async with aclosing(volumes.export(errand.podman, errand.object_id)) as pieces:
        await volumes.import_tar(errand.podman, new, counted(pieces))


async def _copy_by_container(errand: Errand, new: str) -> None:
    image = errand.params["image"]
    errand.say(_("A container of %s copies with cp -a.") % image)
    await errand.report({})
    spec = {
        "image": image,
        "entrypoint": ["cp"],
        "command": ["-a", f"{_FROM}/.", f"{_TO}/"],
        "user": "0:0",
        "netns": {"nsmode": "none"},
        # a volume's SELinux label may be for one container only
        "selinux_opts": ["disable"],
        "volumes": [
            {"Name": errand.object_id, "Dest": _FROM, "Options": ["ro", "nocopy"]},
            {"Name": new, "Dest": _TO, "Options": ["nocopy"]},
        ],
        "labels": with_job_label({}, errand.job_id),
    }
    try:
        container_id, _warnings = await containers.create(errand.podman, spec)
        await at_helper(errand, container_id)
        await containers.start(errand.podman, container_id)
    except PodmanError as failed:
        if failed.maybe_done:
            raise
        words = _("%s cannot copy: it needs the command cp. Choose another image.")
        raise ActionFailed(words % image, failed.message) from failed
    code = await containers.wait(errand.podman, container_id, timeout_s=PATIENCE_S)
    if code:
        raise ActionFailed(
            _("The copy failed."), await logs.last_words(errand.podman, container_id)
        )
    await containers.remove(errand.podman, container_id, force=True, wait_s=0)


async def _clear(errand: Errand) -> None:
    """Remove what this job made: the container that copies, and the new volume."""
    ours = job_filter(errand.job_id)
    for one in await containers.list_containers(errand.podman, filters=ours):
        with contextlib.suppress(NotFound):
            await containers.remove(errand.podman, one["Id"], force=True, wait_s=0)
    for volume in await volumes.list_volumes(errand.podman, filters=ours):
        with contextlib.suppress(NotFound):
            await volumes.remove(errand.podman, volume["Name"])


async def settle(errand: Errand) -> Settlement:
    """`do` starts again."""
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Clone volumes"),
        gettext_lazy("Copy a volume with its content to a new name"),
        sensitive=True,
        needs=("volume.create",),
    ),
    road=MAKES,
    lock=Lock.PASSES,
    words=(gettext_lazy("Clone"), gettext_lazy("cloned the volume")),
    causes=OF_CONTAINERS,
    takes_along=True,
)
