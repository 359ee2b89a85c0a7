"""image.untag: removes names, the image stays. Settled by state."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action, on_object
from hosts.actions.images.names import split, with_tags
from hosts.actions.object_orders import ObjectRef, ask_object
from hosts.cards import TAKES_AWAY, Lock, Right
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Image, Job
from hosts.podman import images
from hosts.podman.errors import NotFound
from hosts.refusals import Refusal

VERB = "image.untag"


def ask(person: Person, ref: ObjectRef, *, names: list[str]) -> Job:
    """Request to remove names. Refusal for none, or one that it does not have."""
    row = get_object(person, "image", *ref, verb=VERB)
    assert isinstance(row, Image)
    wanted = [name for name in with_tags(row.names) if name in set(names)]
    if not wanted or len(wanted) != len(set(names)):
        raise Refusal(_("Choose the names to remove."))
    return ask_object(person, VERB, ref, params={"names": wanted})


async def do(errand: Errand) -> dict[str, Any]:
    """Remove those of the names that it still has. A name that has moved stays where it is."""
    has = set((await images.inspect(errand.podman, errand.object_id)).get("RepoTags") or [])
    await errand.about_to_send()
    taken = []
    for name in errand.params["names"]:
        if name not in has:
            errand.say(_("%s: the image no longer had that name") % name)
            continue
        repository, tag = split(name)
        await images.untag(errand.podman, errand.object_id, repository=repository, name=tag)
        taken.append(name)
        errand.say(name)
    return {"changed": bool(taken), "names": taken}


async def settle(errand: Errand) -> Settlement:
    """Done when it has none of the names, or is gone."""
    try:
        found = await images.inspect(errand.podman, errand.object_id)
    except NotFound:
        return Settlement.DONE
    has = set(found.get("RepoTags") or [])
    return Settlement.DONE if has.isdisjoint(errand.params["names"]) else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(gettext_lazy("Untag images"), gettext_lazy("Untag images")),
    road=TAKES_AWAY,
    lock=Lock.CHANGES,
    words=(gettext_lazy("Untag"), gettext_lazy("untagged")),
    again=on_object(ask),
)
