"""container.prune: exactly the ended containers that were shown. Running ones stay."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.actions import prune_plan
from hosts.actions.action import Action
from hosts.actions.prune_plan import PlanItem, PrunePlace
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.podman import containers

VERB = "container.prune"
ask = prune_plan.plan_ask(VERB)
# states in which no process of a container runs
ENDED = ("exited", "stopped")
AT_REST = (*ENDED, "created", "configured", "initialized")


async def look(place: PrunePlace, item: PlanItem) -> str:
    """Why it must stay, or "". NotFound."""
    found = await containers.inspect(place.podman, item.id)
    status = str((found.get("State") or {}).get("Status", "")).lower()
    if status not in AT_REST:
        return _("is now %s") % status
    return ""


async def remove(place: PrunePlace, item: PlanItem) -> None:
    """Remove it without force. Conflict: it is in use."""
    await containers.remove(place.podman, item.id)


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
        gettext_lazy("Prune containers"),
        gettext_lazy("Remove all stopped containers of a host that were ticked in a preview"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Prune containers:"), gettext_lazy("pruned containers:")),
)
