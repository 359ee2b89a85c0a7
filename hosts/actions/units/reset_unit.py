"""unit.reset: settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action, on_object
from hosts.actions.object_orders import plain_asks
from hosts.actions.units.unit_bus import HOSTS_OWN, unit_of
from hosts.cards import Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.systemd.methods import RESET_FAILED

VERB = "unit.reset"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    """Forget that it failed, and how often it was started. One that has not failed is no error."""
    async with unit_of(errand) as unit:
        before = await unit.state()
        await errand.about_to_send()
        await unit.bus.call(RESET_FAILED, unit.quadlet.name)
        return {"changed": before["active"] == "failed"}


async def settle(errand: Errand) -> Settlement:
    async with unit_of(errand) as unit:
        active = (await unit.state())["active"]
    return Settlement.AGAIN if active == "failed" else Settlement.DONE


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Reset failed units"),
        gettext_lazy("Forget that a unit failed, so that it can be started again"),
    ),
    road=HOSTS_OWN,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Reset the failed unit"), gettext_lazy("reset the failed unit")),
    again=on_object(ask),
)
