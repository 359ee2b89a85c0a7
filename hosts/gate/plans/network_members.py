"""Containers connected to networks and taken off them, and the DNS servers of networks, in both dialects."""

import json
from typing import Any, Final

from django.utils.translation import gettext as _

from hosts.actions.networks.membership import on_networks
from hosts.actions.networks.network_fields import address_of
from hosts.actions.second_look_gate_changes import at_changed
from hosts.actions.streams import StreamedAction
from hosts.gate.calls.call import Call
from hosts.gate.calls.names import ResolvedObject
from hosts.gate.plans.plan import Plan
from hosts.gate.routes.replies import Refused
from hosts.gate.routes.table import Dialect
from hosts.gate.routes.values import json_object
from hosts.guardrails import from_docker
from hosts.guardrails.reader import Reader
from hosts.inventory.bounds import text, texts
from hosts.jobs.errand import ActionFailed
from hosts.podman import PodmanError, networks

_LIBPOD: Final = ("container", "aliases", "static_ips", "static_mac", "interface_name", "options")
_DOCKER: Final = ("Container", "EndpointConfig")
_OFF: Final = ("Container", "Force")
_SERVERS: Final = {"adddnsservers": "dns_add", "removednsservers": "dns_drop"}


async def plan_connect(call: Call, found: ResolvedObject | None) -> Plan:
    """The plan of a container that is to be connected. Refused."""
    reader = Reader()
    aliases: Any
    addresses: Any
    docker = call.dialect is Dialect.DOCKER
    body = reader.mapping(json_object(call.body), _DOCKER if docker else _LIBPOD, "")
    if docker:
        one = from_docker.endpoint(reader, body.get("EndpointConfig"), "EndpointConfig")
        body["EndpointConfig"] = one
        aliases, addresses = one.get("Aliases"), list(one.get("IPAMConfig", {}).values())
    else:
        if body.pop("options", None):
            reader.add_unknown("options")
        aliases, addresses = body.get("aliases"), body.get("static_ips")
    _heed(reader)
    container = await _container(call, body)
    network = found.object.name if found else ""
    before = container.inspect

    async def disconnect(names: list[str]) -> str:
        try:
            for name in names:
                await networks.disconnect(call.podman, name, container.known_as)
        except PodmanError as failed:
            return _("It could not be disconnected again: %s") % failed.message
        return _("It was disconnected again.")

    async def look(action: StreamedAction, _answer: bytes) -> None:
        async def undo() -> str:
            return await disconnect([network])

        after = await at_changed(
            action, call.endpoint, call.podman, container.known_as, before, undo=undo
        )
        if further := on_networks(after) - on_networks(before) - {network}:
            words = _("Podman also connected it to %s, which was not requested.")
            fate = await disconnect([network, *sorted(further)])
            raise ActionFailed(f"{words % ', '.join(sorted(further))} {fate}")

    params = {
        "container": container.object.name,
        "container_id": container.known_as,
        "aliases": texts(aliases, count=100, limit=255),
        "address": ", ".join(texts(addresses, count=10, limit=60)),
    }
    # of one that is connected already Podman says so
    connected = network in on_networks(before)
    return Plan(params, look=None if connected else look)


async def plan_disconnect(call: Call, _found: ResolvedObject | None) -> Plan:
    """The plan of a container that is to be taken off a network. Refused."""
    reader = Reader()
    body = reader.mapping(json_object(call.body), _OFF, "")
    force = reader.tick(body.get("Force"), "Force")
    _heed(reader)
    container = await _container(call, body)
    params = {"container": container.object.name, "container_id": container.known_as}
    return Plan(params | ({"force": True} if force else {}))


async def plan_servers(call: Call, _found: ResolvedObject | None) -> Plan:
    """The plan of a network whose DNS servers are to change. Refused, Refusal."""
    reader = Reader()
    body = reader.mapping(json_object(call.body), tuple(_SERVERS), "")
    told = {
        field: [str(address_of(one, field)) for one, _at in reader.texts(body.get(field), field)]
        for field in _SERVERS
    }
    _heed(reader)
    call.body = json.dumps(told).encode()
    return Plan({_SERVERS[field]: servers for field, servers in told.items()})


async def _container(call: Call, body: dict[str, Any]) -> ResolvedObject:
    """The container that a body names, which then says its full id; the body is made anew. Refused."""
    key = next((key for key in body if key.lower() == "container"), "")
    name = text(body.get(key), limit=255)
    if not name:
        raise Refused(400, "The body names no container.")
    container = await call.find("container", name, "container.view")
    call.body = json.dumps({**body, key: container.known_as}).encode()
    return container


def _heed(reader: Reader) -> None:
    if reader.unknown:
        raise Refused(400, f"Not understood: {', '.join(reader.unknown[:9])}.")
