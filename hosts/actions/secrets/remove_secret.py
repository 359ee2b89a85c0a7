"""secret.remove: settled by the id, which is there or not."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.actions.action import Action, on_object
from hosts.actions.object_orders import done_when_gone, plain_asks
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.podman import secrets
from hosts.podman.errors import NotFound

VERB = "secret.remove"
ask, ask_many = plain_asks(VERB)


async def do(errand: Errand) -> dict[str, Any]:
    """Remove it. One that is gone counts as removed."""
    await errand.about_to_send()
    try:
        await secrets.remove(errand.podman, errand.object_id)
    except NotFound:
        return {"changed": False}
    return {"changed": True}


ACTION = Action(
    VERB,
    ask,
    do,
    done_when_gone(secrets.inspect),
    ask_many=ask_many,
    right=Right(
        gettext_lazy("Remove secrets"),
        gettext_lazy("Remove secrets; their values cannot be recovered"),
        sensitive=True,
    ),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Remove"), gettext_lazy("removed the secret")),
    again=on_object(ask),
)
