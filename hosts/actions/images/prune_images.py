"""image.prune: exactly the images that were shown. Images that are used or named by now stay."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.actions import prune_plan
from hosts.actions.action import Action
from hosts.actions.images.remove_whole import remove_whole
from hosts.actions.prune_plan import ItemKept, PlanItem, PrunePlace
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.podman import containers, images

VERB = "image.prune"
ask = prune_plan.plan_ask(VERB)


async def look(place: PrunePlace, item: PlanItem) -> str:
    """Why it must stay, or "". NotFound."""
    users = await containers.list_containers(place.podman, filters={"ancestor": [item.id]})
    using = [one for one in users if one.get("ImageID") == item.id]
    if using:
        return _("is now used by %s") % _names(using)
    found = await images.inspect(place.podman, item.id)
    names = found.get("RepoTags") or []
    if item.name not in names and names and item.name == item.id[:12]:
        return str(_("is now named %s") % names[0])
    return ""


def _names(users: list[Any]) -> str:
    return ", ".join((one.get("Names") or [one["Id"][:12]])[0] for one in users[:3])


async def remove(place: PrunePlace, item: PlanItem) -> None:
    """Remove it without force. Conflict: it is in use."""
    _names, deleted = await remove_whole(place.podman, item.id)
    if item.id not in deleted:
        raise ItemKept(_("other images are built on it"))


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
        gettext_lazy("Prune images"),
        gettext_lazy("Remove all unused images of a host that were ticked in a preview"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Prune"), gettext_lazy("pruned")),
)
