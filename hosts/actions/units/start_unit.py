"""unit.start: settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action, on_object
from hosts.actions.object_orders import plain_asks
from hosts.actions.units.unit_bus import HOSTS_OWN, unit_of
from hosts.cards import Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.systemd.methods import START

VERB = "unit.start"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    """Start it, and wait until systemd says that it has. One that runs is no error."""
    async with unit_of(errand) as unit:
        before = await unit.state()
        await errand.about_to_send()
        await unit.run(START)
        return {"changed": before["active"] != "active"}


async def settle(errand: Errand) -> Settlement:
    async with unit_of(errand) as unit:
        active = (await unit.state())["active"]
    return Settlement.DONE if active in ("active", "activating") else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Start units"),
        gettext_lazy("Start units of quadlets: their containers are created anew"),
    ),
    road=HOSTS_OWN,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Start the unit"), gettext_lazy("started the unit")),
    causes=(
        *("container.create", "container.start", "container.remove", "pod.create", "pod.start"),
        *("pod.remove", "volume.create", "network.create", "image.pull", "image.tag"),
    ),
    takes_along=True,
    again=on_object(ask),
)
