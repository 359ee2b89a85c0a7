"""The second look: what Podman made is inspected and judged before it starts (Errand.confirm).

What breaks a rule is removed by its id, since it is new and nothing of a person is in it. If it has started
meanwhile, it is stopped and kept. Nothing is started if the host shows another object or does not answer
within LOOK_S.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.utils.translation import gettext as _

from hosts.guardrails import Proposal, from_inspect
from hosts.guardrails.inspect_gaps import inspect_gaps
from hosts.jobs.errand import ActionFailed, Errand
from hosts.podman import containers, pods
from hosts.podman.errors import Interrupted, NotFound, PodmanError, Unavailable

LOOK_S: Final = 15.0


Undo = Callable[[], Awaitable[str]]


async def at_container(
    errand: Errand,
    container_id: str,
    asked: Proposal | None,
    *,
    name: str = "",
    undo: Undo | None = None,
) -> None:
    """Look at a container that was requested as `asked`, under `name` if one was given. `undo`: instead of
    its removal. NotAllowed, HeldForApproval (Errand.confirm), ActionFailed if it cannot be inspected.
    """
    found = await inspect_or_trouble(containers.inspect(errand.podman, container_id))
    judge_identity(found, container_id, name)
    infra = await _infra_of(errand, found)
    given = asked.parts[0] if asked else None
    part = from_inspect.container_part(found, given, infra=infra)
    await confirm(errand, Proposal(errand.verb, (part,)), [container_id], undo=undo)


async def at_helper(errand: Errand, container_id: str) -> None:
    """The same for a helper container of Haulout's own."""
    found = await inspect_or_trouble(containers.inspect(errand.podman, container_id))
    judge_identity(found, container_id, "")
    proposal = from_inspect.helper(errand.verb, found)

    async def undo() -> str:
        return await remove_or_stop(errand, [container_id])

    await errand.confirm(proposal, ids=[container_id], undo=undo)


async def confirm(
    errand: Errand, found: Proposal, ids: list[str], *, undo: Undo | None = None
) -> None:
    """Errand.confirm for `found`. Adds a line about what inspect does not show."""

    async def remove() -> str:
        return await remove_or_stop(errand, ids)

    await errand.confirm(found, ids=ids, undo=undo or remove)
    for line in await sync_to_async(inspect_gaps, thread_sensitive=False)(errand.endpoint):
        errand.say(line)


async def inspect_or_trouble(call: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """The answer of an inspect within LOOK_S. ActionFailed where the host does not answer. A host that is
    away is asked again when it is back.
    """
    try:
        async with asyncio.timeout(LOOK_S):
            return await call
    except TimeoutError as late:
        raise ActionFailed(_unseen(), _("No answer within %d s.") % LOOK_S) from late
    except Unavailable as away:
        # the create call was sent, this one was not: the try continues when the host is back
        raise Interrupted(away.message, cause=away.cause, status=away.status) from away
    except NotFound:
        raise
    except PodmanError as failed:
        raise ActionFailed(_unseen(), failed.message) from failed


def _unseen() -> str:
    return _("It was created, but could not be inspected and checked, so it was not started.")


def judge_identity(found: dict[str, Any], own_id: str, name: str, *, key: str = "Id") -> None:
    """ActionFailed where the host shows another object than requested."""
    found_id, called = found.get(key), found.get("Name")
    if found_id == own_id and (not name or called == name):
        return
    cause = _("Haulout asked about %(asked)s, but the host answered about %(told)s.") % {
        "asked": name or own_id[:12],
        "told": str(called or found_id)[:100],
    }
    raise ActionFailed(_unseen(), cause)


async def _infra_of(errand: Errand, found: dict[str, Any]) -> str:
    """The infra container of its pod, or ""."""
    pod = from_inspect.text(found.get("Pod"))
    if not pod:
        return ""
    inspected = await inspect_or_trouble(pods.inspect(errand.podman, pod))
    return from_inspect.text(inspected.get("InfraContainerID"))


async def remove_or_stop(errand: Errand, ids: list[str]) -> str:
    """Remove these containers. Running ones are stopped and kept. Returns a sentence."""
    return await run_undo([_remove_container(errand, one) for one in ids])


async def run_undo(steps: list[Awaitable[bool]]) -> str:
    """Run each step, which is True if it stopped something running. Returns a sentence."""
    ran = False
    try:
        for step in steps:
            ran = await step or ran
    except PodmanError as failed:
        words = _("It was not started, but could not be removed: %s")
        return words % failed.message
    if ran:
        return _("It was already running, so it was stopped and kept.")
    return _("It was removed before it started.")


async def _remove_container(errand: Errand, container_id: str) -> bool:
    try:
        found = await containers.inspect(errand.podman, container_id)
        state = found.get("State")
        if isinstance(state, dict) and (state.get("Running") or state.get("Paused")):
            await containers.kill(errand.podman, container_id)
            return True
        await containers.remove(errand.podman, container_id, volumes=False)
    except NotFound:
        pass
    return False
