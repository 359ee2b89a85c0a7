"""image.list_edit: images into a manifest list, out of it, and for which platform they are.

Settled by the state: each of the three can be done twice and comes out the same.
"""

import re
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from audit.params import allow
from hosts.access import Person, get_object
from hosts.actions.action import Action
from hosts.actions.asking import ObjectRef, order_for
from hosts.actions.images.references import parse, parse_full
from hosts.actions.registries.credentials import auth_for
from hosts.guardrails import Proposed, nothing, of_others
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand, Trouble
from hosts.jobs.handler import Settled
from hosts.models import Image, Job
from hosts.podman import images, manifests, system
from hosts.podman.errors import BadRequest, Conflict, NotFound

VERB = "image.list_edit"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,30}")
allow(VERB, "operation", "os", "arch", "variant", "all_images")


def _ask(person: Person, ref: ObjectRef, params: dict[str, Any]) -> Job:
    row = get_object(person, "image", *ref, verb=VERB)
    if not (isinstance(row, Image) and row.manifest_list):
        raise ValueError(_("That is an image, not a manifest list."))
    order = replace(order_for(row, "image", params), proposed=_proposed(params))
    return ask_job(person, VERB, order, queue="long")


def _proposed(params: dict[str, Any]) -> Proposed:
    if params["operation"] != "add":
        return nothing(VERB)
    return of_others.images(VERB, [params["image"]])


def ask_add(person: Person, ref: ObjectRef, *, image: str, all_images: bool) -> Job:
    """Ask to add an image by its full name: one of the host, else of its registry. ValueError."""
    params = {"operation": "add", "image": str(parse_full(image)), "all_images": all_images}
    return _ask(person, ref, params)


def ask_drop(person: Person, ref: ObjectRef, *, digest: str) -> Job:
    """Ask to take one out. ValueError."""
    return _ask(person, ref, {"operation": "drop", "digest": _digest(digest)})


def ask_annotate(
    person: Person, ref: ObjectRef, *, digest: str, os: str, arch: str, variant: str
) -> Job:
    """Ask to say which platform an image is for. ValueError for words that name none."""
    words = {"os": os.strip().lower(), "arch": arch.strip().lower()}
    if variant.strip():
        words["variant"] = variant.strip().lower()
    for word in words.values():
        if not _WORD.fullmatch(word):
            raise ValueError(_("“%s” is no such word: write it like linux, arm64, v8.") % word[:40])
    return _ask(person, ref, {"operation": "annotate", "digest": _digest(digest), **words})


def _digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise ValueError(_("“%s” is not a digest: it reads like sha256:0123…") % text[:80])
    return text


async def do(errand: Errand) -> dict[str, Any]:
    """Change the list."""
    params, list_id = errand.params, errand.object_id
    await errand.permit(_proposed(params))
    await errand.about_to_send()
    if params["operation"] == "add":
        await _add(errand)
    elif params["operation"] == "drop":
        if params["digest"] in await _digests(errand):
            await manifests.drop(errand.podman, list_id, params["digest"])
    else:
        if params["digest"] not in await _digests(errand):
            raise Trouble(_("The list does not hold that image any more."))
        await manifests.annotate(
            errand.podman,
            list_id,
            params["digest"],
            os=params["os"],
            arch=params["arch"],
            variant=params.get("variant", ""),
        )
    return {"changed": True}


async def _digests(errand: Errand) -> set[str]:
    found = await manifests.inspect(errand.podman, errand.object_id)
    return {str(one.get("digest")) for one in found.get("manifests") or []}


async def _add(errand: Errand) -> None:
    name = errand.params["image"]
    here = await images.exists(errand.podman, name)
    auth = None if here else await auth_for(errand.endpoint, parse(name))
    try:
        await manifests.add(
            errand.podman,
            errand.object_id,
            [f"containers-storage:{name}" if here else name],
            all_images=bool(errand.params.get("all_images")),
            credential=auth,
        )
    except (BadRequest, Conflict, NotFound) as failed:
        words = _("%(image)s was not added: neither the host nor its registry gave it.")
        raise Trouble(words % {"image": name}, failed.message) from failed


async def settle(errand: Errand) -> Settled:
    """Again: what is in is not added twice, what is out is out."""
    await system.ping(errand.podman)
    return Settled.AGAIN


ACTION = Action(VERB, do, settle, queue="long")
