"""unit.restart: settled by which run of the unit it is."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action, on_object
from hosts.actions.object_orders import plain_asks
from hosts.actions.units.unit_bus import HOSTS_OWN, unit_of
from hosts.cards import Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.systemd.methods import RESTART

VERB = "unit.restart"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    """Restart it, and wait until systemd says that it has. One that is stopped is started."""
    async with unit_of(errand) as unit:
        await errand.about_to_send(await unit.state())
        await unit.run(RESTART)
        return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    async with unit_of(errand) as unit:
        now = await unit.state()
    anew = now["active"] in ("active", "activating") and now["run"] != errand.before.get("run")
    return Settlement.DONE if anew else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Restart units"),
        gettext_lazy("Stop and start units of quadlets: their containers are created anew"),
    ),
    road=HOSTS_OWN,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Restart the unit"), gettext_lazy("restarted the unit")),
    causes=(
        *("container.create", "container.start", "container.remove", "pod.create", "pod.start"),
        *("container.kill", "container.stop", "pod.stop", "pod.remove"),
        *("volume.create", "network.create", "image.pull", "image.tag"),
    ),
    takes_along=True,
    again=on_object(ask),
)
