"""container.commit: an image of its root file system. A broken try leaves no trace to settle by."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from audit.params import allow
from hosts.access import Person, get_object
from hosts.actions.action import Action
from hosts.actions.asking import ObjectRef, order_for
from hosts.actions.images.references import parse
from hosts.actions.refused import HostRefused
from hosts.guardrails import of_others
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settled
from hosts.models import Job
from hosts.podman import containers, system

VERB = "container.commit"
allow(VERB, "pause", "author")


def ask(
    person: Person,
    ref: ObjectRef,
    *,
    name: str,
    author: str = "",
    message: str = "",
    pause: bool = True,
) -> Job:
    """Ask for an image `name`; one without a registry is the host's own (localhost/).

    HostRefused (no name of an image), NotVisible, Denied.
    """
    row: Any = get_object(person, "container", *ref, verb=VERB)
    try:
        reference = parse(name)
    except ValueError as exc:
        raise HostRefused("name", str(exc)) from exc
    if reference.digest:
        raise HostRefused("name", _("A new image has no digest yet: give a tag."))
    full = str(reference) if reference.registry else f"localhost/{reference}"
    params = {"image": full, "author": author[:200], "message": message[:500], "pause": pause}
    params = {key: value for key, value in params.items() if value or key == "pause"}
    # what it was made of, not what it is to be called
    proposed = of_others.images(VERB, [row.image])
    order = replace(order_for(row, "container", params), proposed=proposed)
    return ask_job(person, VERB, order, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Make it; the result names the image."""
    repository, _colon, tag = errand.params["image"].rpartition(":")
    found = await containers.inspect(errand.podman, errand.object_id)
    await errand.permit(of_others.images(VERB, [str(found.get("ImageName") or "")]))
    await errand.about_to_send()
    image_id = await containers.commit(
        errand.podman,
        errand.object_id,
        repository=repository,
        tag=tag,
        author=errand.params.get("author", ""),
        message=errand.params.get("message", ""),
        pause=bool(errand.params.get("pause", True)),
    )
    return {"kind": "image", "id": image_id, "image": errand.params["image"]}


async def settle(errand: Errand) -> Settled:
    """An image of that name may be an older one: nobody can tell."""
    await system.ping(errand.podman)
    return Settled.UNKNOWN


ACTION = Action(VERB, do, settle, queue="long")
