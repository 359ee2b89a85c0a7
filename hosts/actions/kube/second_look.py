"""The second look at a kube file's pods, containers and new volumes, and then their start."""

from collections.abc import Sequence

from hosts.actions.creation import job_filter
from hosts.actions.second_look import confirm, inspect_or_trouble, judge_identity, run_undo
from hosts.actions.second_look_objects import parts_of_pod, remove_pod, remove_volume
from hosts.guardrails import Proposal, from_inspect
from hosts.guardrails.proposal import Part
from hosts.jobs.errand import Errand
from hosts.podman import Podman, pods, volumes
from hosts.podman.errors import NotFound, PodmanError


async def new_volumes(errand: Errand, names: Sequence[str]) -> list[str]:
    """Volumes that do not exist yet, or that an earlier try made."""
    known = errand.before.get("volumes")
    if errand.broken and isinstance(known, list):
        return [str(name) for name in known]
    return await missing(errand.podman, names)


async def remove_made(errand: Errand) -> str:
    """Remove what an earlier try made. Returns a sentence about the result."""
    made = await pods.list_pods(errand.podman, filters=job_filter(errand.job_id))
    steps = [remove_pod(errand, str(one["Id"])) for one in made]
    fresh = errand.before.get("volumes") or []
    return await run_undo([*steps, *(remove_volume(errand, str(name)) for name in fresh)])


async def missing(podman: Podman, names: Sequence[str]) -> list[str]:
    """Those of the volumes that the host does not have."""
    absent = []
    for name in names:
        try:
            await volumes.inspect(podman, name)
        except NotFound:
            absent.append(name)
    return absent


async def look(errand: Errand, asked: Proposal, fresh: Sequence[str]) -> list[str]:
    """Ids of the job's pods, none of which has started. NotAllowed, HeldForApproval, ActionFailed."""
    made = await pods.list_pods(errand.podman, filters=job_filter(errand.job_id))
    ids = [str(one["Id"]) for one in made]
    parts: list[Part] = []
    for pod_id in ids:
        _pod, found = await parts_of_pod(errand.podman, pod_id, asked)
        parts += found
    there = []
    for name in fresh:
        try:
            volume = await inspect_or_trouble(volumes.inspect(errand.podman, name))
        except NotFound:
            continue
        judge_identity(volume, name, name, key="Name")
        parts += from_inspect.volume(errand.verb, volume).parts
        there.append(name)

    async def undo() -> str:
        steps = [remove_pod(errand, one) for one in ids]
        return await run_undo([*steps, *(remove_volume(errand, name) for name in there)])

    await confirm(errand, Proposal(errand.verb, tuple(parts)), ids, undo=undo)
    return ids


async def start(errand: Errand, ids: Sequence[str]) -> list[str]:
    """Start the pods. Returns Podman's words about failures. PodmanError where the host is lost."""
    failed = []
    for pod_id in ids:
        try:
            await pods.start(errand.podman, pod_id)
        except PodmanError as words:
            if words.maybe_done or words.status is None:
                raise
            failed.append(words.message)
    return failed
