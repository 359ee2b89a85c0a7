"""volume.prune: exactly the unused volumes that were shown. Volumes in use stay."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.actions import prune_plan
from hosts.actions.action import Action
from hosts.actions.prune_plan import PlanItem, PrunePlace
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.inventory.bounds import moment
from hosts.jobs.errand import Errand
from hosts.podman import container_uses, volumes

VERB = "volume.prune"
ask = prune_plan.plan_ask(VERB)


async def look(place: PrunePlace, item: PlanItem) -> str:
    """Why it must stay, or "". NotFound."""
    found = await volumes.inspect(place.podman, item.id)
    made = moment(found.get("CreatedAt"))
    if item.created and made and made.isoformat() != item.created:
        return _("another volume of that name was created since")
    using = await container_uses.of_volume(place.podman, item.id)
    if using:
        return _("is now used by %s") % ", ".join(user.name for user in using[:3])
    return ""


async def remove(place: PrunePlace, item: PlanItem) -> None:
    """Remove it without force. Conflict: it is in use."""
    await volumes.remove(place.podman, item.id)


async def do(errand: Errand) -> dict[str, Any]:
    """Remove what the plan names."""
    return await prune_plan.carry_out(errand, look=look, remove=remove)


ACTION = Action(
    VERB,
    ask,
    do,
    prune_plan.settle,
    queue="long",
    right=Right(
        gettext_lazy("Prune volumes"),
        gettext_lazy(
            "Remove all unused volumes of a host that were ticked in a preview, with their data"
        ),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Prune volumes:"), gettext_lazy("pruned volumes:")),
)
