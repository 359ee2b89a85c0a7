"""Checkpoints of containers, and what goes on from one; both stay on the host, as pages have them."""

from typing import Any, Final

from django.utils.translation import gettext as _

from hosts.actions.second_look_gate_changes import at_changed
from hosts.actions.streams import StreamedAction
from hosts.gate.calls.call import Call
from hosts.gate.calls.names import ResolvedObject
from hosts.gate.plans.plan import Plan
from hosts.gate.routes.replies import Refused
from hosts.guardrails import from_inspect
from hosts.podman import PodmanError, containers

# of archives, and of a container that is another than the one that is named
_CLOSED: Final = (
    "export",
    "ignorestaticip",
    "ignorestaticmac",
    "import",
    "name",
    "pod",
    "precheckpoint",
    "publishports",
    "withprevious",
)


async def plan_checkpoint(call: Call, _found: ResolvedObject | None) -> Plan:
    """The plan of a container that is to be written to its host's disk. Refused."""
    _heed(call)
    leaves = call.request.ticked("leaverunning")
    return Plan({**_params(call), "leave_running": leaves})


async def plan_restore(call: Call, found: ResolvedObject | None) -> Plan:
    """The plan of a container that is to go on from its checkpoint; judged again once it runs. Refused."""
    _heed(call)
    before = found.inspect if found else {}
    own = found.known_as if found else ""

    async def stop() -> str:
        try:
            await containers.kill(call.podman, own)
        except PodmanError as failed:
            return _("It is running and could not be stopped: %s") % failed.message
        return _("It was stopped, and was not removed.")

    async def look(action: StreamedAction, _answer: bytes) -> None:
        await at_changed(action, call.endpoint, call.podman, own, before, undo=stop)

    proposal = from_inspect.container(call.request.route.verb, before)
    return Plan(_params(call), proposal=proposal, look=look)


def _heed(call: Call) -> None:
    for name in _CLOSED:
        if call.request.one(name).lower() not in ("", "0", "f", "false"):
            raise Refused(403, f"{name} is not open: a checkpoint stays with its container.")


def _params(call: Call) -> dict[str, Any]:
    return {"keep": call.request.ticked("keep"), "tcp": call.request.ticked("tcpestablished")}
