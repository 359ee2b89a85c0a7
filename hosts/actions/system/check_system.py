"""system.check: Podman checks its store for damage. It only reads, so it can be repeated."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts import capabilities
from hosts.access import Person, get_endpoint
from hosts.actions.action import Action
from hosts.cards import Lock, Right, Road
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Job
from hosts.podman import system
from hosts.refusals import FieldRefusal

VERB = "system.check"
# a full check reads every byte of every layer
PATIENCE_S = 3600.0
_MOST_LINES = 500


def ask(person: Person, endpoint_id: int, *, quick: bool = True) -> Job:
    """Request a check. `quick`: without reading every file. FieldRefusal where Podman has no check."""
    endpoint = get_endpoint(person, endpoint_id, VERB)
    if lack := capabilities.lacks(endpoint, "check"):
        raise FieldRefusal("endpoint", lack)
    order = Order(
        endpoint=endpoint,
        kind="endpoint",
        object_id=str(endpoint.pk),
        name=str(endpoint),
        params={"quick": quick},
    )
    return ask_job(person, VERB, order, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Damage is listed line by line. Nothing is repaired: that needs a person at the host."""
    errand.say(_("Checking storage …"))
    await errand.report({})
    found = await system.check(
        errand.podman, quick=bool(errand.params.get("quick")), timeout_s=PATIENCE_S
    )
    damaged = {kind: named for kind, named in found.items() if isinstance(named, dict) and named}
    lines = [
        f"{kind} {name}: {'; '.join(map(str, told))}"
        for kind, named in damaged.items()
        for name, told in named.items()
    ]
    for line in lines[:_MOST_LINES]:
        errand.say(line)
    if found.get("Errors") or lines:
        errand.say(_("Damage found. On the host: podman system check --repair"))
    else:
        errand.say(_("No damage found."))
    return {"errors": bool(found.get("Errors") or lines), "count": len(lines)}


async def settle(errand: Errand) -> Settlement:
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Check hosts"),
        gettext_lazy("Check the storage of a host for damage"),
        needs=("host.view",),
        group="host",
    ),
    road=Road(why="it mends Podman's own store"),
    lock=Lock.CHANGES,
    words=(gettext_lazy("Check"), gettext_lazy("checked the storage of")),
    params=("quick",),
)
