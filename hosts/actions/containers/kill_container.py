"""container.kill: send a signal. Settled by a snapshot of the process before."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, on_object
from hosts.actions.containers.container_state import inspect_state, is_new_process
from hosts.actions.object_orders import ObjectRef, ask_object, ask_objects
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Batch, Job
from hosts.podman import containers

VERB = "container.kill"
# signals to choose from, by Podman's names
SIGNALS = ("KILL", "TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "STOP", "CONT", "WINCH")


def _params(signal: str) -> dict[str, Any]:
    if signal not in SIGNALS:
        raise ValueError(f"no such signal: {signal}")
    return {"signal": signal}


def ask(person: Person, ref: ObjectRef, *, signal: str = "KILL") -> Job:
    """Request a signal out of SIGNALS, else ValueError."""
    return ask_object(person, VERB, ref, params=_params(signal))


def ask_many(person: Person, refs: list[ObjectRef], *, signal: str = "KILL") -> Batch:
    return ask_objects(person, VERB, refs, params=_params(signal))


async def do(errand: Errand) -> dict[str, Any]:
    """Take a snapshot of the process, then send the signal."""
    await errand.about_to_send(await inspect_state(errand))
    await containers.kill(errand.podman, errand.object_id, signal=errand.params["signal"])
    return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    """KILL shows by its effect. Any other signal leaves no trace and is not sent twice."""
    state = await inspect_state(errand)
    if is_new_process(errand.before, state) or not state["running"]:
        return Settlement.DONE
    return Settlement.AGAIN if errand.params["signal"] == "KILL" else Settlement.UNKNOWN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Kill containers"),
        gettext_lazy("Send any signal to the main process: unsaved data is lost"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Signal"), gettext_lazy("sent a signal to")),
    again=on_object(ask),
)
