"""network.update: add and drop DNS servers while containers use the network. Settled by state."""

from typing import Any

from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, on_object
from hosts.actions.networks.network_fields import address_of
from hosts.actions.object_orders import ObjectRef, ask_object
from hosts.cards import Lock, Right, Road
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import networks

VERB, PARAMS = "network.update", ("dns_add", "dns_drop")


def ask(person: Person, ref: ObjectRef, **servers: list[str]) -> Job:
    """Request it: `dns_add`, `dns_drop`. FieldRefusal (not an address), NotVisible, Denied."""
    params = {key: [str(address_of(one, key)) for one in servers.get(key, [])] for key in PARAMS}
    return ask_object(person, VERB, ref, params=params)


async def _remaining(errand: Errand) -> tuple[list[str], list[str]]:
    """(still to be added, still to be dropped)."""
    found = await networks.inspect(errand.podman, errand.object_id)
    current = found.get("network_dns_servers") or []
    add = [one for one in errand.params["dns_add"] if one not in current]
    return add, [one for one in errand.params["dns_drop"] if one in current]


async def do(errand: Errand) -> dict[str, Any]:
    """Change what differs."""
    add, drop = await _remaining(errand)
    if add or drop:
        await errand.about_to_send()
        await networks.update(errand.podman, errand.object_id, dns_add=add, dns_drop=drop)
    return {"changed": bool(add or drop)}


async def settle(errand: Errand) -> Settlement:
    return Settlement.AGAIN if any(await _remaining(errand)) else Settlement.DONE


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(
        gettext_lazy("Change networks"), gettext_lazy("Change the DNS servers of networks")
    ),
    road=Road(why="a DNS server gives no rights on the host"),
    lock=Lock.CHANGES,
    words=(gettext_lazy("DNS servers of"), gettext_lazy("changed the DNS servers of")),
    params=PARAMS,
    again=on_object(ask),
)
