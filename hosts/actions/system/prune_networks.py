"""network.prune: exactly the unused networks that were shown. Networks in use stay."""

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
from hosts.podman import containers, networks

VERB = "network.prune"
# Podman's own; it refuses to remove it
DEFAULT = "podman"


def ask(
    person: Person,
    refs: list[tuple[int, str]],
    *,
    filters: dict[str, str],
    sizes: prune_plan.Sizes | None = None,
) -> Batch:
    """Request to remove networks without containers. Refusal for an empty plan."""
    return prune_plan.ask_plan(person, VERB, refs, filters=filters, sizes=sizes)


async def _look(errand: Errand, item: PlanItem) -> str:
    if item.name == DEFAULT:
        return _("belongs to Podman")
    # NotFound here, since a filter by a network that is gone would fail otherwise
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
