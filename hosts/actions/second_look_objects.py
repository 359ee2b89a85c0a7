"""The second look at pods, volumes, networks and images (see second_look)."""

from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.second_look import confirm, inspect_or_trouble, judge_identity, run_undo
from hosts.guardrails import Proposal, from_inspect, from_request
from hosts.guardrails.proposal import Part, PartType
from hosts.jobs.errand import Errand
from hosts.podman import Podman, containers, images, networks, pods, volumes
from hosts.podman.errors import NotFound


async def at_pod(errand: Errand, pod_id: str, asked: Proposal, *, name: str) -> None:
    """A new pod and its infra container. NotAllowed, HeldForApproval, ActionFailed."""
    found, parts = await parts_of_pod(errand.podman, pod_id, asked)
    judge_identity(found, pod_id, name)

    async def undo() -> str:
        return await run_undo([remove_pod(errand, pod_id)])

    await confirm(errand, Proposal(errand.verb, tuple(parts)), [pod_id], undo=undo)


async def parts_of_pod(
    podman: Podman, pod_id: str, asked: Proposal
) -> tuple[dict[str, Any], list[Part]]:
    """(inspect, parts of everything in it, in the terms of the request)."""
    pod = await inspect_or_trouble(pods.inspect(podman, pod_id))
    judge_identity(pod, pod_id, "")
    infra = from_inspect.text(pod.get("InfraContainerID"))
    known = _asked_by_name(asked)
    name = from_inspect.text(pod.get("Name"))
    inner, carrier = [], {}
    for one in from_inspect.mappings(pod.get("Containers")):
        own_id = from_inspect.text(one.get("Id"))
        found = await inspect_or_trouble(containers.inspect(podman, own_id))
        judge_identity(found, own_id, "")
        if own_id == infra:
            carrier = found
            continue
        given = known.get(from_inspect.text(found.get("Name")))
        inner.append(from_inspect.container_part(found, given, infra=infra))
    if infra and not carrier:
        carrier = await inspect_or_trouble(containers.inspect(podman, infra))
        judge_identity(carrier, infra, "")
    return pod, [from_inspect.infra_part(pod, carrier, known.get(name)), *inner]


def _asked_by_name(asked: Proposal) -> dict[str, Part]:
    """Requested pods and containers by the names that Podman gives them (kube_plan)."""
    found: dict[str, Part] = {}
    pod = ""
    for part in asked.parts:
        if part.what is PartType.POD:
            pod = part.name
            found |= {pod: part, f"{pod}-pod": part}
        elif part.what is PartType.CONTAINER:
            found |= {f"{pod}-{part.name}": part, f"{pod}-pod-{part.name}": part}
    return found


async def remove_pod(errand: Errand, pod_id: str) -> bool:
    """Remove the pod. True where something ran: then it is stopped and kept."""
    try:
        pod = await pods.inspect(errand.podman, pod_id)
        states = [one.get("State") for one in from_inspect.mappings(pod.get("Containers"))]
        if "running" in states or "paused" in states:
            await pods.kill(errand.podman, pod_id)
            return True
        await pods.remove(errand.podman, pod_id, force=True)
    except NotFound:
        pass
    return False


async def at_volume(errand: Errand, name: str) -> None:
    """A new volume. NotAllowed, HeldForApproval, ActionFailed."""
    found = await inspect_or_trouble(volumes.inspect(errand.podman, name))
    judge_identity(found, name, name, key="Name")

    async def undo() -> str:
        return await run_undo([remove_volume(errand, name)])

    await errand.confirm(from_inspect.volume(errand.verb, found), ids=(), undo=undo)


async def remove_volume(errand: Errand, name: str) -> bool:
    """Remove it without force, so a volume in use stays."""
    try:
        await volumes.remove(errand.podman, name)
    except NotFound:
        pass
    return False


async def at_network(errand: Errand, name: str) -> None:
    """A new network. NotAllowed, HeldForApproval, ActionFailed."""
    found = await inspect_or_trouble(networks.inspect(errand.podman, name))
    inspected = {**found, "Name": found.get("name", found.get("Name"))}
    judge_identity(inspected, name, name, key="Name")

    async def remove() -> bool:
        try:
            await networks.remove(errand.podman, name)
        except NotFound:
            pass
        return False

    async def undo() -> str:
        return await run_undo([remove()])

    await errand.confirm(from_inspect.network(errand.verb, found), ids=(), undo=undo)


async def at_image(errand: Errand, image_id: str, names: list[str]) -> None:
    """A new image: which of `names` it has. Its content cannot be judged."""
    found = await inspect_or_trouble(images.inspect(errand.podman, image_id))
    found_id = from_inspect.text(found.get("Id"))
    # a build may report only the beginning of an id
    judge_identity({"Id": found_id[: len(image_id)]}, image_id, "")
    given = [one for one in from_inspect.texts(found.get("RepoTags")) if one in names]

    async def undo() -> str:
        return _("The image is kept.")

    proposal = from_request.image_names(errand.verb, given, field="RepoTags")
    await errand.confirm(proposal, ids=(), undo=undo)
