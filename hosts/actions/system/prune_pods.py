"""pod.prune: exactly the ended pods that were shown, with their containers. Running ones stay."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.actions import prune_plan
from hosts.actions.action import Action
from hosts.actions.locked_dependents import OneRemoval, refuse_locked_dependents
from hosts.actions.prune_plan import PlanItem, PrunePlace
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.inventory.observed import ENDS_OF_CONTAINERS
from hosts.jobs.errand import Errand, NotAllowed
from hosts.podman import pods

VERB = "pod.prune"
ask = prune_plan.plan_ask(VERB)
ENDED = ("exited", "stopped")
AT_REST = (*ENDED, "created")


async def look(place: PrunePlace, item: PlanItem) -> str:
    """Why it must stay, or "". NotFound."""
    found = await pods.inspect(place.podman, item.id)
    state = str(found.get("State", "")).lower()
    if state not in AT_REST:
        return _("is now %s") % state
    pod = OneRemoval(place.endpoint, place.podman, "pod", item.id, item.name)
    try:
        await refuse_locked_dependents(pod)
    except NotAllowed as locked:
        return locked.message
    return ""


async def remove(place: PrunePlace, item: PlanItem) -> None:
    """Remove it without force. Conflict: it is in use."""
    await pods.remove(place.podman, item.id)


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
        gettext_lazy("Prune pods"),
        gettext_lazy("Remove all stopped pods of a host that were ticked in a preview"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Prune pods:"), gettext_lazy("pruned pods:")),
    causes=ENDS_OF_CONTAINERS,
    takes_along=True,
)
