"""Podman's list items (4.3 to 5.8) as fields of our rows, and the hash that tells them apart."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from hosts.inventory import owners
from hosts.inventory.bounds import flag, integer, items, mapping, moment, text, texts
from hosts.podman.volumes import mask_passwords

# raise it when the mapping below changes: every row is then written again
SHAPE = b"3"
# an endpoint's list is cut here; the rest of it is not mirrored
MAX_OBJECTS = 20_000
# parts of a list item that change by themselves, or that no row holds
_LOOSE: dict[str, frozenset[str]] = {
    "container": frozenset({"Status", "CreatedAt", "Size", "ExposedPorts", "Namespaces"}),
    "pod": frozenset({"Cgroup", "Namespace"}),
    "image": frozenset({"History", "RepoTags", "VirtualSize"}),
    "volume": frozenset({"MountCount", "NeedsCopyUp", "NeedsChown", "LockNumber", "Status"}),
    # the default network says "now" each time
    "network": frozenset({"created"}),
    "secret": frozenset({"SecretData"}),
    "unit": frozenset(),
}
_ID: dict[str, tuple[str, ...]] = {
    "container": ("Id", "ID"),
    "pod": ("Id",),
    "image": ("Id", "ID"),
    "volume": ("Name",),
    "network": ("id", "Id"),
    "secret": ("ID",),
    "unit": ("Id",),
}
# Podman's ids, and names of objects without one (its NameRegex)
_USABLE = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.:-]*", re.ASCII)
# CLD_EXITED, CLD_KILLED and CLD_DUMPED (waitid(2)): how systemd says how a process ended
_EXITED = 1
_KILLED = (2, 3)
HEALTHS = frozenset({"healthy", "unhealthy", "starting"})
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ListedObject:
    """One listed object: its id, the hash of its mirrored part, its health, and the item itself."""

    podman_id: str
    digest: str
    health: str
    item: Item


def listed_objects(kind: str, listed: Any) -> dict[str, ListedObject]:
    """Objects of a list by id. One without a usable id, or beyond MAX_OBJECTS, is left out."""
    found: dict[str, ListedObject] = {}
    for item in items(listed, count=MAX_OBJECTS):
        if not isinstance(item, dict):
            continue
        podman_id = _identity(kind, item)
        if podman_id:
            found[podman_id] = ListedObject(podman_id, digest(kind, item), health(kind, item), item)
    return found


def _identity(kind: str, item: Item) -> str:
    value = next((item[key] for key in _ID[kind] if isinstance(item.get(key), str)), "")
    # pages have ids in their addresses: an id without an address would break its lists
    return value if len(value) <= 255 and _USABLE.fullmatch(value) else ""


def digest(kind: str, item: Item) -> str:
    """32 hex digits over all that a row of this kind holds, without health (see `health`)."""
    loose = _LOOSE[kind]
    kept = {key: value for key, value in item.items() if key not in loose}
    try:
        data = orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # half surrogates or numbers past 64 bits: only a broken or hostile host sends them
        data = json.dumps(kept, sort_keys=True, default=str).encode()
    return hashlib.blake2b(data, digest_size=16, key=SHAPE).hexdigest()


def health(kind: str, item: Item) -> str:
    """healthy, unhealthy, starting or "": Podman's list has it in `Status`."""
    value = item.get("Status") if kind == "container" else ""
    return value if isinstance(value, str) and value in HEALTHS else ""


def fields(kind: str, one: ListedObject) -> dict[str, Any]:
    """Fields of the row, without endpoint, digest and stamps."""
    return {"podman_id": one.podman_id, **_FIELDS[kind](one.item, one)}


def _container(item: Item, one: ListedObject) -> dict[str, Any]:
    labels = mapping(item.get("Labels"))
    state = text(item.get("State"), limit=20).lower()
    ended = flag(item.get("Exited")) or state in ("exited", "stopped")
    return {
        "name": next(iter(texts(item.get("Names"), count=1, limit=255)), one.podman_id[:12]),
        "labels": labels,
        "created_at": moment(item.get("Created")),
        "image": text(item.get("Image"), limit=500),
        "image_id": text(item.get("ImageID"), limit=80),
        "command": texts(item.get("Command"), count=50, limit=1000),
        "state": state,
        "health": one.health,
        "started_at": moment(item.get("StartedAt")),
        "exited_at": moment(item.get("ExitedAt")),
        "exit_code": integer(item.get("ExitCode"), low=-(2**31), high=2**31 - 1) if ended else None,
        "restarts": integer(item.get("Restarts"), high=2**31 - 1),
        "pid": integer(item.get("Pid"), high=2**31 - 1),
        "ports": [_port(port) for port in items(item.get("Ports"), count=200)],
        "mounts": texts(item.get("Mounts"), count=100, limit=1000),
        "networks": texts(item.get("Networks"), count=50, limit=255),
        "pod_id": text(item.get("Pod"), limit=80),
        "pod_name": text(item.get("PodName"), limit=255),
        "is_infra": flag(item.get("IsInfra")),
        "unit": owners.unit(labels),
        "project": owners.project(labels),
    }


def _port(port: Any) -> dict[str, Any]:
    item = port if isinstance(port, dict) else {}
    return {
        "host_ip": text(item.get("host_ip"), limit=64),
        "host_port": integer(item.get("host_port"), high=65535),
        "container_port": integer(item.get("container_port"), high=65535),
        "range": integer(item.get("range"), low=1, high=65535),
        "protocol": text(item.get("protocol"), limit=40) or "tcp",
    }


def _pod(item: Item, _one: ListedObject) -> dict[str, Any]:
    members = (m for m in items(item.get("Containers"), count=500) if isinstance(m, dict))
    return {
        "name": text(item.get("Name"), limit=255),
        "labels": mapping(item.get("Labels")),
        "created_at": moment(item.get("Created")),
        "state": text(item.get("Status"), limit=20).lower(),
        "infra_id": text(item.get("InfraId"), limit=80),
        "containers": [
            {
                "id": text(member.get("Id"), limit=80),
                "name": text(member.get("Names"), limit=255),
                "state": text(member.get("Status"), limit=20).lower(),
            }
            for member in members
        ],
        "networks": texts(item.get("Networks"), count=50, limit=255),
    }


def _image(item: Item, _one: ListedObject) -> dict[str, Any]:
    names = texts(item.get("Names") or item.get("RepoTags"), count=50, limit=500)
    return {
        "name": names[0][:255] if names else "",
        "labels": mapping(item.get("Labels")),
        "created_at": moment(item.get("Created")),
        "names": names,
        "image_digest": text(item.get("Digest"), limit=100),
        "digests": _digests(item.get("RepoDigests")),
        "size_bytes": integer(item.get("Size")),
        "shared_bytes": integer(item.get("SharedSize")),
        "containers": integer(item.get("Containers"), high=2**31 - 1),
        "dangling": flag(item.get("Dangling")) or not names,
        "manifest_list": flag(item.get("IsManifestList")),
    }


def _digests(given: Any) -> list[str]:
    """What stands behind the @ of `registry/path@sha256:…`, each once."""
    named = (name.rpartition("@")[2] for name in texts(given, count=200, limit=700))
    return sorted({digest[:150] for digest in named})


def _volume(item: Item, one: ListedObject) -> dict[str, Any]:
    return {
        "name": one.podman_id,
        "labels": mapping(item.get("Labels")),
        "created_at": moment(item.get("CreatedAt")),
        "driver": text(item.get("Driver"), limit=60),
        "mountpoint": text(item.get("Mountpoint"), limit=1000),
        "options": mask_passwords(mapping(item.get("Options"))),
        # 4.3 to 5.8 leave `Anonymous` out when false
        "anonymous": flag(item.get("Anonymous")),
    }


def _network(item: Item, _one: ListedObject) -> dict[str, Any]:
    name = text(item.get("name"), limit=255)
    subnets = (s for s in items(item.get("subnets"), count=20) if isinstance(s, dict))
    return {
        "name": name,
        "labels": mapping(item.get("labels")),
        "created_at": None if name == "podman" else moment(item.get("created")),
        "driver": text(item.get("driver"), limit=60),
        "interface": text(item.get("network_interface"), limit=60),
        "subnets": [
            {
                "subnet": text(subnet.get("subnet"), limit=64),
                "gateway": text(subnet.get("gateway"), limit=64),
            }
            for subnet in subnets
        ],
        "internal": flag(item.get("internal")),
        "ipv6": flag(item.get("ipv6_enabled")),
        "dns": flag(item.get("dns_enabled")),
    }


def _secret(item: Item, _one: ListedObject) -> dict[str, Any]:
    given = item.get("Spec")
    spec = given if isinstance(given, dict) else {}
    driver = spec.get("Driver")
    return {
        "name": text(spec.get("Name"), limit=255),
        "labels": mapping(spec.get("Labels")),
        "created_at": moment(item.get("CreatedAt")),
        "updated_at": moment(item.get("UpdatedAt")),
        "driver": mapping(driver).get("Name", "")[:60],
    }


def _unit(item: Item, one: ListedObject) -> dict[str, Any]:
    """A unit as hosts.systemd.quadlets:details gives it."""
    ended_by = item.get("ExecMainCode")
    status = integer(item.get("ExecMainStatus"), high=2**31 - 1)
    changed_us = integer(item.get("StateChangeTimestamp"))
    return {
        "name": one.podman_id,
        "state": text(item.get("ActiveState"), limit=20),
        "sub": text(item.get("SubState"), limit=30),
        "result": text(item.get("Result"), limit=30),
        "exit_code": status if ended_by == _EXITED else None,
        "exit_signal": status if ended_by in _KILLED else None,
        "since": moment(changed_us // 1_000_000) if changed_us else None,
        "restarts": integer(item.get("NRestarts"), high=2**31 - 1),
        "at_boot": flag(item.get("AtBoot")),
        "description": text(item.get("Description"), limit=255),
        "source": text(item.get("SourcePath"), limit=1000),
        "makes": text(item.get("Makes"), limit=20),
        "makes_name": text(item.get("MakesName"), limit=255),
    }


_FIELDS: dict[str, Callable[[Item, ListedObject], dict[str, Any]]] = {
    "container": _container,
    "pod": _pod,
    "image": _image,
    "volume": _volume,
    "network": _network,
    "secret": _secret,
    "unit": _unit,
}
