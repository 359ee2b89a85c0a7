"""A helper container through which files are reached. It is removed however the job ends.

Done, cancelled ("Close") or started again after a lost worker: it is known by its job's label.
"""

import asyncio
import contextlib
from typing import Any, Final

from django.utils.translation import gettext as _

from hosts.actions.creation import job_filter, with_job_label
from hosts.actions.second_look import at_helper
from hosts.jobs.errand import ActionFailed, Errand
from hosts.models import Endpoint, Job
from hosts.podman import containers
from hosts.podman.errors import NotFound, PodmanError

OPEN_S: Final = 600
TRY_EVERY_S: Final = 5.0
NAME: Final = "haulout-files-"
VERBS: Final = ("volume.open", "container.open")


def judge_room(endpoint: Endpoint) -> None:
    """ActionFailed if files are open on the endpoint already. Each counts as one of the few changes at
    once.
    """
    if Job.objects.filter(verb__in=VERBS, endpoint=endpoint, state__in=Job.OPEN).exists():
        raise ActionFailed(
            _(
                "Files of another container or volume are open on this host. Close them first: "
                "cancel their job."
            )
        )


async def hold(errand: Errand, spec: dict[str, Any]) -> None:
    """Create the helper with the spec's mounts and labels, report it, and hold it."""
    whole = {
        **spec,
        "name": f"{NAME}{errand.job_id}",
        "image": errand.params["image"],
        "entrypoint": ["sleep"],
        "command": [str(OPEN_S + 60)],
        "user": "0:0",
        "netns": {"nsmode": "none"},
        # the mount's SELinux label may be for one container only
        "selinux_opts": ["disable"],
        "labels": with_job_label(spec.get("labels", {}), errand.job_id),
    }
    try:
        container_id, _warnings = await containers.create(errand.podman, whole)
        await at_helper(errand, container_id)
        runs = True
        try:
            await containers.start(errand.podman, container_id)
        except PodmanError as not_started:
            if not_started.maybe_done:
                raise
            # without `sleep` in the image it is not started; reading and uploading still work
            errand.say(_("The image has no “sleep”: files can be read and uploaded, not renamed."))
            runs = False
        await errand.report({"ready": True})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(OPEN_S):
                await (_until_gone(errand, container_id) if runs else asyncio.sleep(OPEN_S))
    finally:
        clearing = asyncio.create_task(_clear_quietly(errand))
        await asyncio.shield(clearing)


async def _until_gone(errand: Errand, container_id: str) -> None:
    """Wait until it is ended or removed. A host that is away is asked again."""
    while True:
        try:
            await containers.wait(errand.podman, container_id, timeout_s=OPEN_S)
            return
        except NotFound:
            return
        except PodmanError:
            await asyncio.sleep(TRY_EVERY_S)


async def clear(errand: Errand) -> None:
    """Remove what an earlier try made."""
    for one in await containers.list_containers(errand.podman, filters=job_filter(errand.job_id)):
        with contextlib.suppress(NotFound):
            await containers.remove(errand.podman, str(one["Id"]), force=True, wait_s=0)


async def _clear_quietly(errand: Errand) -> None:
    # if this fails, the next try finds it by its label and removes it first
    with contextlib.suppress(PodmanError):
        await clear(errand)
