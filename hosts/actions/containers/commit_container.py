"""container.commit: an image of the root file system. A broken try leaves no trace to settle by.

The image's name is what others run next, so any name also needs image.tag, which no narrowed grant gives.
Without it the image gets a name in OWN_FOLDER, which nobody else uses.
"""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, allows, get_object
from hosts.actions.action import Action
from hosts.actions.images import tag_image
from hosts.actions.images.references import parse
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.cards import NAMES_IMAGE, Lock, Right
from hosts.guardrails import from_request
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand, NotAllowed
from hosts.jobs.handler import Settlement
from hosts.models import Image, Job
from hosts.models.inventory import LIVE
from hosts.podman import containers, images, system
from hosts.refusals import FieldRefusal, Refusal

VERB, NAMES = "container.commit", tag_image.VERB
LOCAL = "localhost"
# For "nginx" in a Containerfile or kube file Podman takes localhost/nginx before Docker Hub's. Docker Hub's
# accounts have no hyphen, so this folder is nobody's there.
OWN_FOLDER = f"{LOCAL}/by-commit/"


def ask(
    person: Person,
    ref: ObjectRef,
    *,
    name: str,
    author: str = "",
    message: str = "",
    pause: bool = True,
) -> Job:
    """Request an image `name`. Without a registry the name is in localhost/, or in OWN_FOLDER. OWN_FOLDER
    is for people who may not name images there. FieldRefusal (a wrong name), NotVisible, Denied.
    """
    row: Any = get_object(person, "container", *ref, verb=VERB)
    try:
        reference = parse(name)
    except Refusal as exc:
        raise FieldRefusal("name", str(exc)) from exc
    if reference.digest:
        raise FieldRefusal("name", _("A new image has no digest yet: give a tag."))
    may_name = allows(person, NAMES, row.endpoint)
    folder = f"{LOCAL}/" if may_name else OWN_FOLDER
    full = str(reference) if reference.registry else f"{folder}{reference}"
    if not may_name and not _is_free_own_name(full, row.endpoint_id):
        raise FieldRefusal("name", name_not_permitted(full))
    params = {"image": full, "author": author[:200], "message": message[:500], "pause": pause}
    params = {key: value for key, value in params.items() if value or key == "pause"}
    # its base image, and its new name
    proposal = from_request.images(VERB, [row.image], called=[full])
    order = replace(order_for(row, "container", params), proposal=proposal)
    return ask_job(person, VERB, order, queue="long")


def _is_free_own_name(name: str, endpoint_id: int) -> bool:
    """True for a name in OWN_FOLDER that no existing image has."""
    there = Image.objects.filter(LIVE, endpoint=endpoint_id).values_list("names", flat=True)
    return name.startswith(OWN_FOLDER) and not any(name in names for names in there)


def name_not_permitted(name: str) -> str:
    """Why somebody who may not name images there cannot give this name."""
    words = _(
        "A container started from %(name)s would get this image, and you may not tag images "
        "there. Choose an unused name under %(folder)s."
    )
    return words % {"name": name, "folder": OWN_FOLDER}


async def do(errand: Errand) -> dict[str, Any]:
    """Commit it. The result names the image."""
    name = errand.params["image"]
    repository, _colon, tag = name.rpartition(":")
    free = name.startswith(OWN_FOLDER) and not await images.exists(errand.podman, name)
    if not free and not await errand.allowed(NAMES):
        raise NotAllowed(name_not_permitted(name))
    found = await containers.inspect(errand.podman, errand.object_id)
    made_of = [str(found.get("ImageName") or "")]
    await errand.permit(from_request.images(VERB, made_of, called=[name]))
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
    return {"kind": "image", "id": image_id, "image": name}


async def settle(errand: Errand) -> Settlement:
    """Unknown: an image of that name may be older."""
    await system.ping(errand.podman)
    return Settlement.UNKNOWN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Commit"),
        gettext_lazy("Commit a container to an image, with all its files, including secrets"),
        sensitive=True,
    ),
    road=NAMES_IMAGE,
    lock=Lock.PASSES,
    words=(gettext_lazy("Commit"), gettext_lazy("committed to an image:")),
    params=("pause", "author"),
)
