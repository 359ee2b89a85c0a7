"""secret.remove: settled by the id, which is there or not."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, on_object
from hosts.actions.object_orders import ObjectRef, ask_object, ask_objects
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Batch, Job
from hosts.podman import secrets
from hosts.podman.errors import NotFound

VERB = "secret.remove"


def ask(person: Person, ref: ObjectRef) -> Job:
    """Request a removal. Podman also removes secrets in use (5.4.2)."""
    return ask_object(person, VERB, ref, params={})


def ask_many(person: Person, refs: list[ObjectRef]) -> Batch:
    return ask_objects(person, VERB, refs, params={})


async def do(errand: Errand) -> dict[str, Any]:
    """Remove it. One that is gone counts as removed."""
    await errand.about_to_send()
    try:
        await secrets.remove(errand.podman, errand.object_id)
    except NotFound:
        return {"changed": False}
    return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    try:
        await secrets.inspect(errand.podman, errand.object_id)
    except NotFound:
        return Settlement.DONE
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
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
