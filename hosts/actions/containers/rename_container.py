"""container.rename: settled by the name that the full id has."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import (
    NewContainer,
    Person,
    allows,
    as_container,
    get_object,
    verbs_at,
    visible_objects,
)
from hosts.actions.action import Action
from hosts.actions.object_orders import ObjectRef, ask_object
from hosts.actions.run import run_fields
from hosts.cards import Lock, Right, Road
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Container, Job, Pod
from hosts.models.inventory import LIVE
from hosts.podman import containers
from hosts.refusals import FieldRefusal, Refusal

VERB = "container.rename"


def ask(person: Person, ref: ObjectRef, *, name: str) -> Job:
    """Request another name. FieldRefusal (a wrong or taken name), NotVisible, Denied."""
    try:
        name = run_fields.name(name)
    except Refusal as exc:
        raise FieldRefusal("name", str(exc)) from exc
    if not name:
        raise FieldRefusal("name", _("Give a name."))
    row = get_object(person, "container", *ref, verb=VERB)
    # containers that the person does not see are not checked: Podman refuses their names
    here: dict[str, Any] = {"endpoint_id": ref[0], "name": name}
    others = Container.objects.filter(visible_objects(person, "container"), LIVE, **here)
    pods = Pod.objects.filter(visible_objects(person, "pod"), LIVE, **here)
    if others.exclude(podman_id=ref[1]).exists() or pods.exists():
        raise FieldRefusal("name", _("Another container there is named “%s”.") % name)
    renamed = NewContainer(name, row.labels)
    if not allows(person, VERB, row.endpoint, renamed):
        raise FieldRefusal("name", _("With that name you would lose your access to it."))
    if not verbs_at(person, row.endpoint, renamed) <= verbs_at(
        person, row.endpoint, as_container(row)
    ):
        raise FieldRefusal("name", _("With that name you would gain rights on it."))
    return ask_object(person, VERB, ref, params={"new_name": name})


async def do(errand: Errand) -> dict[str, Any]:
    """Rename it, unless it has that name."""
    found = await containers.inspect(errand.podman, errand.object_id)
    if found.get("Name") == errand.params["new_name"]:
        return {"changed": False}
    await errand.about_to_send({"name": found.get("Name")})
    await containers.rename(errand.podman, errand.object_id, name=errand.params["new_name"])
    return {"changed": True}


async def settle(errand: Errand) -> Settlement:
    found = await containers.inspect(errand.podman, errand.object_id)
    return Settlement.DONE if found.get("Name") == errand.params["new_name"] else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(
        gettext_lazy("Rename containers"),
        gettext_lazy("Rename containers; whatever finds them by the old name no longer does"),
    ),
    road=Road(why="a name gives no rights"),
    lock=Lock.CHANGES,
    words=(gettext_lazy("Rename"), gettext_lazy("renamed")),
)
