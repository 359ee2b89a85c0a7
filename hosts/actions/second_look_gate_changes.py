"""The second look at what clients change through the gate; what breaks a rule is changed back."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.second_look_changes import changed
from hosts.actions.second_look_gate import refusal_of
from hosts.actions.streams import StreamedAction
from hosts.database_threads import in_thread
from hosts.guardrails import from_inspect
from hosts.jobs.errand import ActionFailed
from hosts.models import Endpoint
from hosts.podman import Podman, PodmanError, containers


async def at_changed(
    action: StreamedAction,
    endpoint: Endpoint,
    podman: Podman,
    container_id: str,
    before: Mapping[str, Any],
    *,
    undo: Callable[[], Awaitable[str]],
    removed: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """The container's inspect after the change, judged. `before`: the one before it; what broke a rule then
    does not count. `undo` says what became of it. `removed`: as in second_look_changes. ActionFailed.
    """
    try:
        found = await containers.inspect(podman, container_id)
        was = from_inspect.container(action.verb, before)
        after = changed(action.verb, found, removed or {})
        refused = await in_thread(refusal_of, action, endpoint, was, after)
    except PodmanError as failed:
        words = _("It was changed, but could not be inspected and judged.")
        raise ActionFailed(f"{words} {await undo()}", failed.message) from failed
    except BaseException:
        # a fault of ours, or the client's session ended: what nobody judged does not stay
        await asyncio.shield(undo())
        raise
    if refused:
        raise ActionFailed(f"{refused} {await undo()}")
    return found
