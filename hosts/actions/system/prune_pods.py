"""pod.prune: exactly the ended pods that were shown, with their containers. Running ones stay."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.actions import prune_plan
from hosts.actions.action import Action
from hosts.actions.prune_plan import PlanItem
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.inventory.observed import OF_CONTAINERS
from hosts.jobs.errand import Errand
from hosts.podman import pods

VERB = "pod.prune"
ask = prune_plan.plan_ask(VERB)
ENDED = ("exited", "stopped")
AT_REST = (*ENDED, "created")


async def _look(errand: Errand, item: PlanItem) -> str:
    found = await pods.inspect(errand.podman, item.id)
    state = str(found.get("State", "")).lower()
    if state not in AT_REST:
        return _("is now %s") % state
    return ""


async def _remove(errand: Errand, item: PlanItem) -> None:
    await pods.remove(errand.podman, item.id)


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
        gettext_lazy("Prune pods"),
        gettext_lazy("Remove all stopped pods of a host that were ticked in a preview"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Prune pods:"), gettext_lazy("pruned pods:")),
    causes=OF_CONTAINERS,
    takes_along=True,
)
