"""pod.restart: settled by a snapshot of its processes before."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action
from hosts.actions.object_orders import plain_asks
from hosts.actions.pods.pod_state import all_changed, members
from hosts.cards import IS_THERE, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.podman import pods

VERB = "pod.restart"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    """Take a snapshot of the processes, then restart."""
    await errand.about_to_send({"members": await members(errand)})
    return {"changed": await pods.restart(errand.podman, errand.object_id)}


async def settle(errand: Errand) -> Settlement:
    """Done if other processes run."""
    now = await members(errand)
    done = bool(now) and all_changed(errand.before.get("members", {}), now)
    return Settlement.DONE if done else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(gettext_lazy("Restart pods"), gettext_lazy("Restart all containers of a pod")),
    road=IS_THERE,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Restart"), gettext_lazy("restarted the pod")),
    causes=("container.kill", "container.start", "container.stop", "pod.start", "pod.stop"),
)
