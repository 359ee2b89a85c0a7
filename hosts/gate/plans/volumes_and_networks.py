"""Making volumes and networks, in both dialects: read anew, judged, and looked at once they are made.

One that is there already is Podman's to refuse, or to name; it is not looked at and never removed.
"""

import json
from typing import Any, Final

from hosts.actions.second_look_gate import at_network, at_volume
from hosts.actions.streams import StreamedAction
from hosts.gate.calls.call import Call, refused_by
from hosts.gate.calls.names import ResolvedObject
from hosts.gate.plans.plan import Plan
from hosts.gate.routes.replies import Refused
from hosts.gate.routes.table import Dialect
from hosts.gate.routes.values import json_object
from hosts.guardrails import from_request, from_storage
from hosts.guardrails.reader import Reader
from hosts.inventory.bounds import text
from hosts.inventory.job_marks import OURS
from hosts.podman import PodmanError, networks, volumes
from hosts.podman.errors import NotFound

_LIBPOD_VOLUME: Final = (
    "Name",
    "Driver",
    "Label",
    "Labels",
    "Options",
    "IgnoreIfExists",
    "UID",
    "GID",
)
_DOCKER_VOLUME: Final = ("Name", "Driver", "DriverOpts", "Labels", "ClusterVolumeSpec")
_DOCKER_NETWORK: Final = (
    "Name",
    "CheckDuplicate",
    "Driver",
    "Scope",
    "Internal",
    "Attachable",
    "Ingress",
    "ConfigOnly",
    "ConfigFrom",
    "IPAM",
    "Options",
    "Labels",
    "EnableIPv4",
    "EnableIPv6",
)
_IPAM: Final = ("Driver", "Options", "Config")
_POOL: Final = ("Subnet", "IPRange", "Gateway", "AuxiliaryAddresses", "AuxAddress")
# names that an interface of the host has in a network of Docker's
_PARENTS: Final = ("parent", "com.docker.network.bridge.name")


async def plan_volume(call: Call, _found: ResolvedObject | None) -> Plan:
    """The plan of a volume that is to be made. Refused."""
    docker = call.dialect is Dialect.DOCKER
    reader = Reader()
    body = reader.mapping(json_object(call.body), _DOCKER_VOLUME if docker else _LIBPOD_VOLUME, "")
    if body.pop("ClusterVolumeSpec", None):
        reader.add_unknown("ClusterVolumeSpec")
    older = body.pop("Label", None)
    if older and body.get("Labels"):
        reader.add_unknown("Label")
    elif older:
        body["Labels"] = older
    name, driver = reader.text(body.get("Name"), "Name"), reader.text(body.get("Driver"), "Driver")
    labels = reader.pairs(body.get("Labels"), "Labels")
    options = reader.pairs(body.get("DriverOpts" if docker else "Options"), "Options")
    verb = call.request.route.verb
    proposal = from_storage.volume(verb, name=name, driver=driver, options=options, labels=labels)
    _heed(reader, proposal.unknown, labels)
    there = bool(name) and await _is_there(call, "volume", name)
    call.body = json.dumps(body).encode()

    async def look(action: StreamedAction, answer: bytes) -> None:
        made = name or _told(answer, "Name")
        await at_volume(action, call.endpoint, call.podman, made, proposal)

    params = {"name": name, "driver": driver or "local", "option_names": sorted(options)}
    return Plan(params, proposal=proposal, name=name, look=None if there else look)


async def plan_network(call: Call, _found: ResolvedObject | None) -> Plan:
    """The plan of a network that is to be made. Refused."""
    raw = json_object(call.body)
    reader = Reader()
    verb = call.request.route.verb
    if call.dialect is Dialect.DOCKER:
        body = reader.mapping(raw, _DOCKER_NETWORK, "")
        for field in ("Ingress", "ConfigOnly"):
            if body.get(field):
                reader.add_unknown(field)
        # Docker's clients send an empty one
        if any((body.pop("ConfigFrom", None) or {"Network": ""}).values()):
            reader.add_unknown("ConfigFrom")
        ipam = reader.mapping(body.get("IPAM"), _IPAM, "IPAM")
        for pool, at in reader.items(ipam.get("Config"), "IPAM.Config"):
            reader.mapping(pool, _POOL, at)
        spec = _in_podmans_words(reader, body)
    else:
        body = spec = reader.mapping(raw, from_request.NETWORK, "")
    proposal = from_request.network(verb, spec)
    labels = reader.pairs(spec.get("labels"), "labels")
    _heed(reader, proposal.unknown, labels)
    name = text(spec.get("name"), limit=255)
    there = bool(name) and await _is_there(call, "network", name)
    call.body = json.dumps(body).encode()

    async def look(action: StreamedAction, answer: bytes) -> None:
        made = name or _told(answer, "name")
        await at_network(action, call.endpoint, call.podman, made, proposal)

    params = {"name": name, "driver": text(spec.get("driver"), limit=60) or "bridge"}
    return Plan(params, proposal=proposal, name=name, look=None if there else look)


def _in_podmans_words(reader: Reader, body: dict[str, Any]) -> dict[str, Any]:
    options = reader.pairs(body.get("Options"), "Options")
    parent = next((options[key] for key in _PARENTS if options.get(key)), "")
    spec = {
        "name": reader.text(body.get("Name"), "Name"),
        "driver": reader.text(body.get("Driver"), "Driver"),
        "labels": reader.pairs(body.get("Labels"), "Labels"),
        "network_interface": parent,
        "options": {key: value for key, value in options.items() if key not in _PARENTS},
    }
    return {key: value for key, value in spec.items() if value}


def _heed(reader: Reader, unknown: tuple[str, ...], labels: dict[str, str]) -> None:
    if strange := [*reader.unknown, *unknown]:
        raise Refused(400, f"Not understood: {', '.join(strange[:9])}.")
    if any(name.startswith(OURS) for name in labels):
        raise Refused(400, f"Labels that begin with {OURS} are Haulout's own.")


async def _is_there(call: Call, kind: str, name: str) -> bool:
    """Whether the host has one of this very name. Refused where the person does not see it."""
    inspect = volumes.inspect if kind == "volume" else networks.inspect
    try:
        found = await inspect(call.podman, name)
    except NotFound:
        return False
    except PodmanError as failed:
        raise refused_by(failed) from failed
    if text(found.get("Name") or found.get("name"), limit=255) != name:
        return False
    await call.find(kind, name, f"{kind}.view")
    return True


def _told(answer: bytes, key: str) -> str:
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    return text(told.get(key), limit=255) if isinstance(told, dict) else ""
