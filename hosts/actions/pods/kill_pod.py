"""pod.kill: settled by a snapshot of its processes before."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action
from hosts.actions.containers.kill_container import SIGNALS
from hosts.actions.object_orders import ObjectRef, ask_object, ask_objects
from hosts.actions.pods.pod_state import all_changed, members
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Batch, Job
from hosts.podman import pods

VERB = "pod.kill"


def _params(signal: str) -> dict[str, Any]:
    if signal not in SIGNALS:
        raise ValueError(f"no such signal: {signal}")
    return {"signal": signal}


def ask(person: Person, ref: ObjectRef, *, signal: str = "KILL") -> Job:
    """Send a signal out of SIGNALS to all containers, else ValueError. NotVisible, Denied."""
    return ask_object(person, VERB, ref, params=_params(signal))


def ask_many(person: Person, refs: list[ObjectRef], *, signal: str = "KILL") -> Batch:
    return ask_objects(person, VERB, refs, params=_params(signal))


async def do(errand: Errand) -> dict[str, Any]:
    """Take a snapshot of the processes, then send the signal."""
    await errand.about_to_send({"members": await members(errand)})
    signal = errand.params["signal"]
    return {"changed": await pods.kill(errand.podman, errand.object_id, signal=signal)}


async def settle(errand: Errand) -> Settlement:
    """KILL is seen by its effect; any other leaves no trace and is not sent twice."""
    if all_changed(errand.before.get("members", {}), await members(errand)):
        return Settlement.DONE
    return Settlement.AGAIN if errand.params["signal"] == "KILL" else Settlement.UNKNOWN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Kill pods"),
        gettext_lazy("Send a signal to all containers of a pod: unsaved data is lost"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Signal"), gettext_lazy("sent a signal to the pod")),
    causes=("container.kill", "container.stop"),
)
