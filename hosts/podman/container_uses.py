"""Which containers use a volume, a network or a secret: asked of the host, never guessed."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from hosts.podman import containers, networks
from hosts.podman.client import Podman
from hosts.podman.errors import NotFound, Unsupported

# only inspect shows secrets: the most containers looked at, and at once
MOST_INSPECTED: Final = 300
_AT_ONCE: Final = 4
# inspect's value of an environment variable that is a secret (measured on 5.4.2)
_SECRET_ENV: Final = "=*******"  # noqa: S105 - the mask, no secret


@dataclass(frozen=True, slots=True)
class ContainerUse:
    """A container that uses an object. `how`: paths in it; on a network its addresses and `mac`."""

    id: str
    name: str
    state: str
    how: tuple[str, ...] = ()
    mac: str = ""


async def of_volume(podman: Podman, volume: str) -> list[ContainerUse]:
    """Containers that mount the volume, running or not."""
    found = await containers.list_containers(podman, filters={"volume": [volume]})
    return [_user(item) for item in found]


async def mounts_of(podman: Podman, volume: str) -> list[ContainerUse]:
    """As `of_volume`, with the paths at which each mounts it (one inspect each)."""
    items = {user.id: user for user in await of_volume(podman, volume)}
    users = []
    for inspected in await _inspect_all(podman, list(items)[:MOST_INSPECTED]):
        user = items.get(str(inspected.get("Id", "")))
        if user is not None:
            users.append(replace(user, how=_places(inspected, volume)))
    return users


def _places(inspected: Mapping[str, Any], volume: str) -> tuple[str, ...]:
    mounts = [one for one in inspected.get("Mounts") or [] if isinstance(one, dict)]
    return tuple(
        f"{one.get('Destination', '')}{'' if one.get('RW') else ' (ro)'}"
        for one in mounts
        if one.get("Name") == volume
    )


async def of_network(podman: Podman, network: str) -> list[ContainerUse]:
    """Containers on the network, running or not; those that run with addresses and MAC."""
    listed = await containers.list_containers(podman, filters={"network": [network]})
    members = await _on_network(podman, network, [str(one["Id"]) for one in listed])
    users = []
    for item in listed:
        addresses, mac = members.get(str(item["Id"]), ((), ""))
        users.append(_user(item, how=addresses, mac=mac))
    return users


async def _on_network(
    podman: Podman, network: str, ids: Iterable[str]
) -> dict[str, tuple[tuple[str, ...], str]]:
    """Id to (addresses, MAC). From 5.0 on the network's own inspect has them."""
    try:
        members = (await networks.inspect(podman, network)).get("containers")
    except (NotFound, Unsupported):
        return {}
    if isinstance(members, dict):
        return {podman_id: _interfaces(member) for podman_id, member in members.items()}
    inspected = await _inspect_all(podman, list(ids))
    return {str(one.get("Id", "")): _settings(one, network) for one in inspected}


def _interfaces(member: Any) -> tuple[tuple[str, ...], str]:
    addresses: list[str] = []
    mac = ""
    interfaces = member.get("interfaces") if isinstance(member, dict) else None
    for one in (interfaces or {}).values():
        mac = mac or str(one.get("mac_address") or "")
        addresses += [str(net.get("ipnet") or "") for net in one.get("subnets") or []]
    return tuple(filter(None, addresses)), mac


def _settings(inspected: Mapping[str, Any], network: str) -> tuple[tuple[str, ...], str]:
    on = ((inspected.get("NetworkSettings") or {}).get("Networks") or {}).get(network) or {}
    pairs = (("IPAddress", "IPPrefixLen"), ("GlobalIPv6Address", "GlobalIPv6PrefixLen"))
    addresses = tuple(f"{on[at]}/{on.get(length, '')}" for at, length in pairs if on.get(at))
    return addresses, str(on.get("MacAddress") or "")


async def of_secret(podman: Podman, name: str) -> tuple[list[ContainerUse], int]:
    """(Containers that have the secret, how many were not looked at)."""
    listed = await containers.list_containers(podman)
    looked, left = listed[:MOST_INSPECTED], listed[MOST_INSPECTED:]
    items = {str(one["Id"]): one for one in looked}
    users = []
    for inspected in await _inspect_all(podman, list(items)):
        how = _secret_places(inspected, name)
        item = items.get(str(inspected.get("Id", "")))
        if how and item is not None:
            users.append(_user(item, how=how))
    return users, len(left)


def _secret_places(inspected: Mapping[str, Any], name: str) -> tuple[str, ...]:
    config = inspected.get("Config") or {}
    places = [
        "file"
        for one in config.get("Secrets") or []
        if isinstance(one, dict) and one["Name"] == name
    ]
    if f"{name}{_SECRET_ENV}" in (config.get("Env") or []):
        places.append("environment")
    return tuple(places)


async def _inspect_all(podman: Podman, ids: list[str]) -> list[dict[str, Any]]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(podman_id: str) -> dict[str, Any] | None:
        async with gate:
            try:
                return await containers.inspect(podman, podman_id)
            except NotFound:
                # removed meanwhile
                return None

    return [found for found in await asyncio.gather(*map(one, ids)) if found is not None]


def _user(item: Mapping[str, Any], *, how: tuple[str, ...] = (), mac: str = "") -> ContainerUse:
    names = item.get("Names") or []
    podman_id = str(item.get("Id", ""))
    return ContainerUse(
        id=podman_id,
        name=str(names[0]) if names else podman_id[:12],
        state=str(item.get("State") or "").lower(),
        how=how,
        mac=mac,
    )
