"""network.prune: exactly the unused networks that were shown. Networks in use stay."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.actions import prune_plan
from hosts.actions.action import Action
from hosts.actions.prune_plan import PlanItem
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.podman import containers, networks

VERB = "network.prune"
ask = prune_plan.plan_ask(VERB)
# Podman's own; it refuses to remove it
DEFAULT = "podman"


async def _look(errand: Errand, item: PlanItem) -> str:
    if item.name == DEFAULT:
        return _("belongs to Podman")
    # NotFound here: a filter by a missing network would fail otherwise
    await networks.inspect(errand.podman, item.id)
    using = await containers.list_containers(errand.podman, filters={"network": [item.name]})
    if using:
        names = ", ".join((one.get("Names") or [one["Id"][:12]])[0] for one in using[:3])
        return _("is now used by %s") % names
    return ""


async def _remove(errand: Errand, item: PlanItem) -> None:
    await networks.remove(errand.podman, item.id)


async def do(errand: Errand) -> dict[str, Any]:
    """Remove what the plan names."""
    return await prune_plan.carry_out(errand, look=_look, remove=_remove)


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
