"""network.create: settled by the label io.haulout.job."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action
from hosts.actions.creation import (
    checked_labels,
    checked_name,
    endpoint_for_new,
    job_filter,
    with_job_label,
)
from hosts.actions.networks import network_fields
from hosts.actions.run.run_spec import NETWORK_MODES
from hosts.actions.second_look_objects import at_network
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import from_request
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Job
from hosts.podman import networks, system
from hosts.refusals import FieldRefusal

VERB = "network.create"


def ask(person: Person, endpoint_id: int, **given: Any) -> Job:
    """Request a network. FieldRefusal names the field, NotVisible, Denied."""
    return ask_job(person, VERB, order(person, endpoint_id, **given), queue="short")


def order(  # noqa: PLR0913 - as Podman takes them
    person: Person,
    endpoint_id: int,
    *,
    name: str,
    driver: str = "bridge",
    subnets: list[dict[str, Any]] | None = None,
    parent: str = "",
    ipv6: bool = False,
    internal: bool = False,
    dns: bool = True,
    dns_servers: list[str] | None = None,
    options: dict[str, str] | None = None,
    labels: dict[str, str] | None = None,
) -> Order:
    """The order. `subnets` as network_fields.subnet makes them. None: Podman takes a free one. FieldRefusal
    names the field, NotVisible, Denied.
    """
    name = checked_name(name)
    if name in NETWORK_MODES:
        raise FieldRefusal(
            "name", _("“%s” is reserved: Podman uses it as a --network mode.") % name
        )
    if driver not in network_fields.DRIVERS:
        raise FieldRefusal("driver", _("Podman's drivers are bridge, macvlan and ipvlan."))
    if parent and driver == "bridge":
        raise FieldRefusal("parent", _("Only macvlan and ipvlan have a parent interface."))
    if internal and driver != "bridge":
        raise FieldRefusal("internal", _("Only a bridge can be internal."))
    endpoint = endpoint_for_new(person, endpoint_id, VERB, kind="network", name=name)
    if endpoint.rootless and driver != "bridge":
        words = _(
            "%(host)s is rootless: %(driver)s needs root, because it uses an interface of the host."
        )
        raise FieldRefusal("driver", words % {"host": endpoint, "driver": driver})
    subnets = subnets or []
    network_fields.clashes(endpoint, subnets)
    servers = [str(network_fields.address_of(one, "dns_servers")) for one in dns_servers or []]
    labels = checked_labels(labels)
    params = {
        "name": name,
        "driver": driver,
        "subnets": subnets,
        "parent": parent,
        "ipv6": ipv6 or any(":" in one["subnet"] for one in subnets),
        "internal": internal,
        "dns": dns,
        "dns_servers": servers,
        "options": options or {},
        "labels": labels,
        # for the log, which keeps plain values only
        "subnet": [one["subnet"] for one in subnets],
    }
    return Order(
        endpoint=endpoint,
        kind="network",
        object_id="",
        name=name,
        params=params,
        proposal=from_request.network(VERB, network_fields.build(params, labels)),
    )


async def do(errand: Errand) -> dict[str, Any]:
    """Create it and look at it. One of an earlier try is looked at again."""
    made = await networks.list_networks(errand.podman, filters=job_filter(errand.job_id))
    labels = with_job_label(errand.params["labels"], errand.job_id)
    body = network_fields.build(errand.params, labels)
    await errand.permit(from_request.network(VERB, body))
    if made:
        network = made[0]
    else:
        await errand.about_to_send()
        network = await networks.create(errand.podman, body)
    await at_network(errand, errand.params["name"])
    return {"kind": "network", "id": network["id"]}


async def settle(errand: Errand) -> Settlement:
    """`do` finds by the label what was made, so it can always be tried again."""
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(gettext_lazy("Create networks"), gettext_lazy("Create networks")),
    road=MAKES,
    lock=Lock.MAKES,
    words=(gettext_lazy("Create"), gettext_lazy("created the network")),
    params=("dns", "dns_servers", "parent", "options"),
)
