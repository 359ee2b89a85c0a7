"""The second look at streamed actions. No job can hold them back, and web cannot remove anything.

What breaks a rule raises an alarm and is kept.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from hosts.actions.streams import StreamedAction
from hosts.database_threads import in_thread
from hosts.guardrails import check, from_inspect, from_request
from hosts.jobs import alarm
from hosts.jobs.errand import ActionFailed
from hosts.models import Endpoint
from hosts.podman import Podman, images


async def at_image(
    action: StreamedAction, endpoint: Endpoint, podman: Podman, image_id: str, names: Sequence[str]
) -> None:
    """A new image: which of `names` it has. ActionFailed, PodmanError."""
    found = await images.inspect(podman, image_id)
    given = [one for one in from_inspect.texts(found.get("RepoTags")) if one in names]
    await at_names(action, endpoint, given)


async def at_names(action: StreamedAction, endpoint: Endpoint, names: Sequence[str]) -> None:
    """Names that images have on the host now. ActionFailed where a rule refuses one."""
    if refused := await in_thread(_refusal, action, endpoint, names):
        raise ActionFailed(refused)


def _refusal(action: StreamedAction, endpoint: Endpoint, names: Sequence[str]) -> str:
    verdict = check(endpoint, from_request.image_names(action.verb, names, field="RepoTags"))
    if not verdict.blocking:
        return ""
    asker = action.person.who.name
    words = alarm.sentence(verdict, "", asker)
    alarm.raise_alarm(action.target, verdict, words, {"verb": action.verb, "asked_by": asker})
    return f"{words} {_('The image is kept.')}"
