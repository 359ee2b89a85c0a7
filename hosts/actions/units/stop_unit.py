"""unit.stop: settled by state."""

from typing import Any, Final

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action, on_object
from hosts.actions.object_orders import plain_asks
from hosts.actions.units.unit_bus import HOSTS_OWN, unit_of
from hosts.cards import Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.systemd.methods import STOP

VERB = "unit.stop"
STOPPED: Final = frozenset({"inactive", "failed"})
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    """Stop it, and wait until systemd says that it has. One that is stopped is no error."""
    async with unit_of(errand) as unit:
        before = await unit.state()
        await errand.about_to_send()
        await unit.run(STOP)
        return {"changed": before["active"] not in STOPPED}


async def settle(errand: Errand) -> Settlement:
    async with unit_of(errand) as unit:
        active = (await unit.state())["active"]
    return Settlement.DONE if active in STOPPED else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Stop units"),
        gettext_lazy("Stop units of quadlets: their containers are stopped and removed"),
    ),
    road=HOSTS_OWN,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Stop the unit"), gettext_lazy("stopped the unit")),
    causes=("container.kill", "container.stop", "container.remove", "pod.stop", "pod.remove"),
    takes_along=True,
    again=on_object(ask),
)
