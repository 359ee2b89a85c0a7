"""network.prune: exactly the unused networks that were shown. Networks in use stay."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.actions import prune_plan
from hosts.actions.action import Action
from hosts.actions.prune_plan import PlanItem, PrunePlace
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.podman import containers, networks

VERB = "network.prune"
ask = prune_plan.plan_ask(VERB)
# Podman's own; it refuses to remove it
DEFAULT = "podman"


async def look(place: PrunePlace, item: PlanItem) -> str:
    """Why it must stay, or "". NotFound."""
    if item.name == DEFAULT:
        return _("belongs to Podman")
    # NotFound here: a filter by a missing network would fail otherwise
    await networks.inspect(place.podman, item.id)
    using = await containers.list_containers(place.podman, filters={"network": [item.name]})
    if using:
        names = ", ".join((one.get("Names") or [one["Id"][:12]])[0] for one in using[:3])
        return _("is now used by %s") % names
    return ""


async def remove(place: PrunePlace, item: PlanItem) -> None:
    """Remove it without force. Conflict: it is in use."""
    await networks.remove(place.podman, item.id)


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
        gettext_lazy("Prune networks"),
        gettext_lazy("Remove all unused networks of a host that were ticked in a preview"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Prune networks:"), gettext_lazy("pruned networks:")),
)
