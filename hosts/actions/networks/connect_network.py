"""network.connect: connect a container to a network, running or not. Settled by state."""

import ipaddress
import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action
from hosts.actions.networks.membership import on_networks
from hosts.actions.networks.network_fields import address_of
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.actions.second_look_changes import at_change, reach_of, with_former
from hosts.cards import Lock, Right, Road, SecondLook
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import containers, networks
from hosts.podman.errors import NotFound, PodmanError
from hosts.refusals import FieldRefusal

VERB = "network.connect"
_ALIAS = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")


def ask(
    person: Person,
    ref: ObjectRef,
    *,
    container_id: str,
    aliases: list[str] | None = None,
    address: str = "",
) -> Job:
    """Request to connect a container of the same endpoint. FieldRefusal names the field, NotVisible,
    Denied. `aliases`: further DNS names. `address`: one of the network's subnets, or empty for any.
    """
    row: Any = get_object(person, "network", *ref, verb=VERB)
    container: Any = get_object(
        person, "container", row.endpoint_id, container_id, verb="container.view"
    )
    if row.name in container.networks:
        words = _("%(container)s is already connected to %(network)s.")
        raise FieldRefusal("container", words % {"container": container.name, "network": row.name})
    if address.strip():
        address = _checked_address(address, row)
    for alias in aliases or []:
        if not _ALIAS.fullmatch(alias):
            raise FieldRefusal("aliases", _("“%s” is not a DNS name.") % alias[:63])
    order = order_for(
        row,
        "network",
        {
            "container_id": container.podman_id,
            "container": container.name,
            "aliases": aliases or [],
            "address": address,
        },
    )
    return ask_job(person, VERB, order, queue="short")


def _checked_address(text: str, row: Any) -> str:
    address = address_of(text, "address")
    nets = [ipaddress.ip_network(one["subnet"], strict=False) for one in row.subnets]
    if not any(address in net for net in nets):
        words = _("%(address)s is in none of the network's subnets: %(nets)s.")
        listed = ", ".join(map(str, nets)) or "–"
        raise FieldRefusal("address", words % {"address": address, "nets": listed})
    return str(address)


async def do(errand: Errand) -> dict[str, Any]:
    """Connect, then judge the result. One that is connected already is no error."""
    container_id, address = errand.params["container_id"], errand.params["address"]
    try:
        inspected = await containers.inspect(errand.podman, container_id)
        if errand.name in on_networks(inspected):
            return {"changed": False}
        await errand.about_to_send({"reach": reach_of(inspected)})
        await networks.connect(
            errand.podman,
            errand.object_id,
            container_id,
            aliases=errand.params["aliases"],
            addresses=[address] if address else [],
        )
    except NotFound as gone:
        words = _("The container or the network no longer exists.")
        raise ActionFailed(words, gone.message) from gone
    found = await _look(errand, inspected)
    if further := on_networks(found) - on_networks(inspected) - {errand.name}:
        words = _("Podman also connected it to %s, which was not requested.") % ", ".join(
            sorted(further)
        )
        fate = await _off_again(errand, [errand.name, *sorted(further)])
        raise ActionFailed(f"{words} {fate}")
    return {"changed": True}


async def _look(errand: Errand, there: dict[str, Any]) -> dict[str, Any]:
    """Its inspect now, judged. `there`: the inspect before. NotAllowed, HeldForApproval, ActionFailed."""

    async def undo() -> str:
        return await _off_again(errand, [errand.name])

    before = with_former(there, errand.before.get("reach", {}))
    return await at_change(errand, errand.params["container_id"], before, undo=undo)


async def _off_again(errand: Errand, names: list[str]) -> str:
    try:
        for name in names:
            await networks.disconnect(errand.podman, name, errand.params["container_id"])
    except PodmanError as failed:
        return _("It could not be disconnected again: %s") % failed.message
    return _("It was disconnected again.")


async def settle(errand: Errand) -> Settlement:
    """Done if it is connected, within the rules."""
    try:
        found = await containers.inspect(errand.podman, errand.params["container_id"])
    except NotFound:
        return Settlement.AGAIN
    if errand.name not in on_networks(found):
        return Settlement.AGAIN
    await _look(errand, found)
    return Settlement.DONE


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(
        gettext_lazy("Connect containers"),
        gettext_lazy("Connect a container to a network: it then reaches everything on it"),
        sensitive=True,
    ),
    road=Road(
        second_look=SecondLook.CHANGED, why="the network is there and was judged when it was made"
    ),
    lock=Lock.CHANGES,
    words=(gettext_lazy("Connect to"), gettext_lazy("connected a container to")),
    params=("container", "container_id", "aliases"),
)
