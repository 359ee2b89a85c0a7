"""image.tag: settled by state. The same name twice changes nothing."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action, on_object
from hosts.actions.images.names import new_names, split, with_tags
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.cards import NAMES_IMAGE, Lock, Right
from hosts.guardrails import Proposal, from_request
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Image, Job
from hosts.podman import images

VERB = "image.tag"


def ask(person: Person, ref: ObjectRef, *, names: list[str]) -> Job:
    """Request further names. Refusal for a wrong one, NotVisible, Denied."""
    params = {"names": new_names(names)}
    row = get_object(person, "image", *ref, verb=VERB)
    assert isinstance(row, Image)
    order = replace(
        order_for(row, "image", params), proposal=_proposal(with_tags(row.names), params["names"])
    )
    return ask_job(person, VERB, order, queue="short")


def _proposal(names: list[str], called: list[str]) -> Proposal:
    """By its names and the new ones: a new name must not hide where it comes from."""
    if not names:
        return from_request.archive(VERB, file=_("an image without a name"), called=called)
    return from_request.images(VERB, names, called=called)


async def do(errand: Errand) -> dict[str, Any]:
    """Add the names one by one. As in Podman, a name moves here from another image."""
    has = (await images.inspect(errand.podman, errand.object_id)).get("RepoTags") or []
    given = set(errand.params["names"])
    # names from an earlier try do not say where the image comes from
    old = [str(name) for name in has if name not in given] or [str(name) for name in has]
    await errand.permit(_proposal(old, errand.params["names"]))
    await errand.about_to_send()
    for name in errand.params["names"]:
        repository, tag = split(name)
        await images.tag(errand.podman, errand.object_id, repository=repository, name=tag)
        errand.say(name)
    return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    """Done when it has all the names."""
    found = await images.inspect(errand.podman, errand.object_id)
    has = set(found.get("RepoTags") or [])
    return Settlement.DONE if has.issuperset(errand.params["names"]) else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(
        gettext_lazy("Tag images"),
        gettext_lazy("Give images more names: containers created with such a name get this image"),
        sensitive=True,
    ),
    road=NAMES_IMAGE,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Tag"), gettext_lazy("tagged")),
    again=on_object(ask),
)
