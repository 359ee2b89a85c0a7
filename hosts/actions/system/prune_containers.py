"""container.prune: exactly the ended containers that were shown. Running ones stay."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions import prune_plan
from hosts.actions.action import Action
from hosts.actions.prune_plan import PlanItem
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.models import Batch
from hosts.podman import containers

VERB = "container.prune"
# states in which nothing of a container is at work
ENDED = ("exited", "stopped")
AT_REST = (*ENDED, "created", "configured", "initialized")


def ask(
    person: Person,
    refs: list[tuple[int, str]],
    *,
    filters: dict[str, str],
    sizes: prune_plan.Sizes | None = None,
) -> Batch:
    """Request to remove containers that do not run. Refusal for an empty plan."""
    return prune_plan.ask_plan(person, VERB, refs, filters=filters, sizes=sizes)


async def _look(errand: Errand, item: PlanItem) -> str:
    found = await containers.inspect(errand.podman, item.id)
    status = str((found.get("State") or {}).get("Status", "")).lower()
    if status not in AT_REST:
        return _("is now %s") % status
    return ""


async def _remove(errand: Errand, item: PlanItem) -> None:
    await containers.remove(errand.podman, item.id)


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
        gettext_lazy("Prune containers"),
        gettext_lazy("Remove all stopped containers of a host that were ticked in a preview"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Prune containers:"), gettext_lazy("pruned containers:")),
)
