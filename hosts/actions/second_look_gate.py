"""The second look at what clients create through the gate. What breaks a rule is removed, with an alarm."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from django.utils.translation import gettext as _

from hosts.actions.second_look_objects import parts_of_pod
from hosts.actions.streams import StreamedAction
from hosts.database_threads import in_thread
from hosts.guardrails import Proposal, check, from_inspect
from hosts.guardrails.privileged import lacks_right, privileged_field
from hosts.guardrails.proposal import Part
from hosts.jobs import alarm
from hosts.jobs.errand import ActionFailed
from hosts.models import Endpoint
from hosts.podman import Podman, PodmanError, containers, networks, pods, volumes
from hosts.podman.errors import NotFound


async def at_container(
    action: StreamedAction, endpoint: Endpoint, podman: Podman, container_id: str, request: Proposal
) -> None:
    """A container that was just created for `request`. It is removed if it breaks a rule. ActionFailed."""

    async def look() -> Proposal:
        found = await containers.inspect(podman, container_id)
        pod = from_inspect.text(found.get("Pod"))
        infra = await pods.inspect(podman, pod) if pod else {}
        carrier = from_inspect.text(infra.get("InfraContainerID"))
        part = from_inspect.container_part(found, request.parts[0], infra=carrier)
        return Proposal(action.verb, (part,))

    async def remove() -> None:
        await containers.remove(podman, container_id, force=True, volumes=True)

    await _judge_created(action, endpoint, request, look, remove)


async def at_pod(
    action: StreamedAction, endpoint: Endpoint, podman: Podman, pod_id: str, request: Proposal
) -> None:
    """A pod that was just created for `request`. It is removed if it breaks a rule. ActionFailed."""

    async def look() -> Proposal:
        found = await pods.inspect(podman, pod_id)
        infra = from_inspect.text(found.get("InfraContainerID"))
        carrier = await containers.inspect(podman, infra) if infra else {}
        return Proposal(action.verb, (from_inspect.infra_part(found, carrier, request.parts[0]),))

    async def remove() -> None:
        await pods.remove(podman, pod_id, force=True)

    await _judge_created(action, endpoint, request, look, remove)


async def at_kube(
    action: StreamedAction,
    endpoint: Endpoint,
    podman: Podman,
    pod_ids: Sequence[str],
    fresh: Sequence[str],
    request: Proposal,
) -> None:
    """Pods of a kube file, and those of the volumes `fresh` that there are by now. They are removed if one
    breaks a rule. ActionFailed.
    """
    there: list[str] = []

    async def look() -> Proposal:
        parts: list[Part] = []
        for pod_id in pod_ids:
            _pod, found = await parts_of_pod(podman, pod_id, request)
            parts += found
        for name in fresh:
            try:
                found_volume = await volumes.inspect(podman, name)
            except NotFound:
                continue
            parts += from_inspect.volume(action.verb, found_volume).parts
            there.append(name)
        return Proposal(action.verb, tuple(parts))

    async def remove() -> None:
        for pod_id in pod_ids:
            await pods.remove(podman, pod_id, force=True)
        for name in there:
            await volumes.remove(podman, name)

    await _judge_created(action, endpoint, request, look, remove)


async def at_volume(
    action: StreamedAction, endpoint: Endpoint, podman: Podman, name: str, request: Proposal
) -> None:
    """A volume that was not there before. It is removed if it breaks a rule. ActionFailed."""

    async def look() -> Proposal:
        return from_inspect.volume(action.verb, await volumes.inspect(podman, name))

    async def remove() -> None:
        await volumes.remove(podman, name)

    await _judge_created(action, endpoint, request, look, remove)


async def at_network(
    action: StreamedAction, endpoint: Endpoint, podman: Podman, name: str, request: Proposal
) -> None:
    """A network that was not there before. It is removed if it breaks a rule. ActionFailed."""

    async def look() -> Proposal:
        return from_inspect.network(action.verb, await networks.inspect(podman, name))

    async def remove() -> None:
        await networks.remove(podman, name)

    await _judge_created(action, endpoint, request, look, remove)


async def _judge_created(
    action: StreamedAction,
    endpoint: Endpoint,
    request: Proposal,
    look: Callable[[], Awaitable[Proposal]],
    remove: Callable[[], Awaitable[None]],
) -> None:
    try:
        created = await look()
        refused = await in_thread(refusal_of, action, endpoint, request, created)
    except PodmanError as failed:
        words = _("It was made, but could not be inspected and judged, so it was not started.")
        raise ActionFailed(f"{words} {await _remove(remove)}", failed.message) from failed
    except BaseException:
        # a fault of ours, or the client's session ended: what nobody judged does not stay
        await asyncio.shield(_remove(remove))
        raise
    if refused:
        raise ActionFailed(f"{refused} {await _remove(remove)}")


async def _remove(remove: Callable[[], Awaitable[None]]) -> str:
    """Remove what was just created. A sentence that says what became of it."""
    try:
        await remove()
    except PodmanError as failed:
        return _("It was not started, but could not be removed: %s") % failed.message
    return _("It was removed before it started.")


def refusal_of(
    action: StreamedAction, endpoint: Endpoint, request: Proposal, created: Proposal
) -> str:
    """Why what there is now may not be so, with an alarm; "" where it may. What rules said of `request` too
    does not count.
    """
    let_through = {(one.rule_id, one.words) for one in check(endpoint, request).findings}
    verdict = alarm.new_findings(check(endpoint, created), let_through)
    lacking = ""
    if not privileged_field(request):
        lacking = lacks_right(action.person, endpoint, created, action.container)
    if not (verdict.blocking or lacking):
        return ""
    asker = action.person.who.name
    words = alarm.sentence(verdict, lacking, asker)
    params = {"verb": action.verb, "asked_by": asker}
    alarm.raise_alarm(action.target, verdict, words, params, lacking=lacking)
    return words
