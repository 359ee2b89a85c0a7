"""image.tag: settled by the state; naming an image twice the same changes nothing."""

from typing import Any

from hosts.access import Person
from hosts.actions.action import Action
from hosts.actions.asking import ObjectRef, ask_object
from hosts.actions.images.names import new_names, split
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settled
from hosts.models import Job
from hosts.podman import images

VERB = "image.tag"


def ask(person: Person, ref: ObjectRef, *, names: list[str]) -> Job:
    """Ask for further names of an image. ValueError where one is none; NotVisible, Denied."""
    return ask_object(person, VERB, ref, params={"names": new_names(names)})


async def do(errand: Errand) -> dict[str, Any]:
    """Give the names one by one; a name that another image has moves here, as Podman does it."""
    await errand.about_to_send()
    for name in errand.params["names"]:
        repository, tag = split(name)
        await images.tag(errand.podman, errand.object_id, repository=repository, name=tag)
        errand.say(name)
    return {"changed": True}


async def settle(errand: Errand) -> Settled:
    """Done when it has all the names."""
    found = await images.inspect(errand.podman, errand.object_id)
    has = set(found.get("RepoTags") or [])
    return Settled.DONE if has.issuperset(errand.params["names"]) else Settled.AGAIN


ACTION = Action(VERB, do, settle)
