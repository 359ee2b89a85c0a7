"""artifact.remove: exactly those that a person saw, by name and digest. Settled by the digest."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action
from hosts.actions.artifacts.names import order_for, place_for, whole_name
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.ask import ask_batch
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Batch
from hosts.podman import artifacts
from hosts.podman.errors import NotFound
from hosts.refusals import Refusal

VERB = "artifact.remove"
MOST = 500
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def ask_many(person: Person, endpoint_id: int, *, seen: list[tuple[str, str]]) -> Batch:
    """A job for each (name, digest). Refusal, NotVisible, Denied."""
    endpoint = place_for(person, endpoint_id, VERB)
    seen = list(dict.fromkeys(seen))
    if not seen or len(seen) > MOST:
        raise Refusal(_("Choose between one and %d artifacts.") % MOST)
    orders: list[Order] = []
    for text, digest in seen:
        name = whole_name(text)
        if not _DIGEST.fullmatch(digest):
            raise Refusal(_("“%s” is not a digest: write it like sha256:0123…") % digest[:80])
        orders.append(order_for(endpoint, name, {"name": name, "digest": digest}))
    return ask_batch(person, VERB, orders, skipped=[], queue="short")


async def do(errand: Errand) -> dict[str, Any]:
    """Remove it if it is still the same. One that is gone counts as removed."""
    name, digest = errand.params["name"], errand.params["digest"]
    try:
        found = await artifacts.inspect(errand.podman, name)
        if found.get("Digest") != digest:
            raise ActionFailed(_("%s is now another artifact. It was kept.") % name)
        await errand.about_to_send()
        await artifacts.remove(errand.podman, name)
    except NotFound:
        return {"changed": False}
    return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    """Done if it is gone or replaced by another one."""
    try:
        found = await artifacts.inspect(errand.podman, errand.params["name"])
    except NotFound:
        return Settlement.DONE
    return Settlement.AGAIN if found.get("Digest") == errand.params["digest"] else Settlement.DONE


ACTION = Action(
    VERB,
    ask_many,
    do,
    settle,
    right=Right(
        gettext_lazy("Remove artifacts"),
        gettext_lazy("Remove artifacts; those without a copy in a registry are lost"),
        sensitive=True,
        needs=("host.view",),
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Remove"), gettext_lazy("removed the artifact")),
)
