"""image.list_edit: adds images to a manifest list, removes them, and annotates.

Each of these can be repeated with the same result.
"""

import re
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action
from hosts.actions.images.annotations import parse_annotations
from hosts.actions.images.references import parse, parse_full
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.actions.registries.credentials import auth_for
from hosts.cards import NAMES_IMAGE, Lock, Right
from hosts.guardrails import Proposal, empty_proposal, from_request
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.models import Image, Job
from hosts.podman import images, manifests, system
from hosts.podman.errors import BadRequest, Conflict, NotFound
from hosts.refusals import Refusal

VERB = "image.list_edit"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,30}")


def _ask(person: Person, ref: ObjectRef, params: dict[str, Any]) -> Job:
    row = get_object(person, "image", *ref, verb=VERB)
    if not (isinstance(row, Image) and row.manifest_list):
        raise Refusal(_("This is an image, not a manifest list."))
    order = replace(order_for(row, "image", params), proposal=_proposal(params))
    return ask_job(person, VERB, order, queue="long")


def _proposal(params: dict[str, Any]) -> Proposal:
    if params["operation"] != "add":
        return empty_proposal(VERB)
    return from_request.images(VERB, [params["image"]])


def ask_add(person: Person, ref: ObjectRef, *, image: str, all_images: bool) -> Job:
    """Request to add an image by full name, from the host or its registry. Refusal."""
    params = {"operation": "add", "image": str(parse_full(image)), "all_images": all_images}
    return _ask(person, ref, params)


def ask_drop(person: Person, ref: ObjectRef, *, digest: str) -> Job:
    """Request to remove an image. Refusal."""
    return _ask(person, ref, {"operation": "drop", "digest": _digest(digest)})


def ask_annotate(
    person: Person,
    ref: ObjectRef,
    *,
    digest: str,
    os: str = "",
    arch: str = "",
    variant: str = "",
    notes: str = "",
) -> Job:
    """Request to set an image's platform and annotations. Refusal for an unknown platform. Without a digest
    the annotations are the list's own.
    """
    given = {"os": os, "arch": arch, "variant": variant}
    words = {name: word.strip().lower() for name, word in given.items() if word.strip()}
    for word in words.values():
        if not _WORD.fullmatch(word):
            raise Refusal(_("“%s” is not valid: write a word like linux, arm64, v8.") % word[:40])
    if words and not (digest and "os" in words and "arch" in words):
        raise Refusal(_("A platform belongs to an image, and needs an OS and an architecture."))
    noted = parse_annotations(notes)
    if not words and not noted:
        raise Refusal(_("Enter at least one change."))
    params: dict[str, Any] = {"digest": _digest(digest) if digest else "", **words}
    return _ask(person, ref, {"operation": "annotate", **params, "notes": noted})


def _digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise Refusal(_("“%s” is not a digest: write it like sha256:0123…") % text[:80])
    return text


async def do(errand: Errand) -> dict[str, Any]:
    params, list_id = errand.params, errand.object_id
    await errand.permit(_proposal(params))
    await errand.about_to_send()
    if params["operation"] == "add":
        await _add(errand)
    elif params["operation"] == "drop":
        if params["digest"] in await _digests(errand):
            await manifests.drop(errand.podman, list_id, params["digest"])
    else:
        await _annotate(errand)
    return {"changed": True}


async def _annotate(errand: Errand) -> None:
    params, list_id, digest = errand.params, errand.object_id, errand.params["digest"]
    if digest and digest not in await _digests(errand):
        raise ActionFailed(_("The list no longer holds that image."))
    words = {name: params[name] for name in ("os", "arch", "variant") if params.get(name)}
    notes = params.get("notes") or {}
    await manifests.annotate(errand.podman, list_id, digest, **words, notes=notes)
    found = await manifests.inspect(errand.podman, list_id)
    entry = found if not digest else _entry(found, digest)
    if not set(notes.items()) <= set((entry.get("annotations") or {}).items()):
        raise ActionFailed(_("This version of Podman does not support these annotations."))


def _entry(found: dict[str, Any], digest: str) -> dict[str, Any]:
    entries = found.get("manifests") or []
    return next((one for one in entries if one.get("digest") == digest), {})


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
        words = _("%(image)s was not added: neither the host nor its registry has it.")
        raise ActionFailed(words % {"image": name}, failed.message) from failed


async def settle(errand: Errand) -> Settlement:
    """Again: each change can be repeated."""
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask_add,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Edit manifest lists"),
        gettext_lazy("Add images to manifest lists, remove them, annotate"),
        needs=("image.list_create",),
    ),
    road=NAMES_IMAGE,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Edit list"), gettext_lazy("changed the manifest list")),
    params=("operation", "os", "arch", "variant", "all_images", "notes"),
)
