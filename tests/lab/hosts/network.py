"""Bridges, network namespaces and cables, made and removed with `ip` and `tc`."""

import json

from .errors import LabError
from .place import Place, one_at_a_time
from .processes import run

SUBNETS = [f"10.{n}" for n in range(77, 100) if n != 88]
"""10.88 is Podman's own default network: the first container would cut the host off."""


def _taken() -> set[str]:
    """The first two numbers of every IPv4 address and route of this machine."""
    taken = set()
    for link in json.loads(run("ip", "-j", "-4", "addr")):
        taken |= {str(a["local"]) for a in link.get("addr_info", []) if "local" in a}
    taken |= {str(route.get("dst", "")) for route in json.loads(run("ip", "-j", "-4", "route"))}
    return {".".join(address.split(".")[:2]) for address in taken}


def make_bridge(place: Place) -> str:
    """Take a free subnet for this lab and return it, as "10.77"."""
    first = int(place.id, 16) % len(SUBNETS)
    with one_at_a_time():
        taken = _taken()
        for subnet in SUBNETS[first:] + SUBNETS[:first]:
            if subnet not in taken:
                break
        else:
            raise LabError("all of 10.77–10.99 is taken: end another lab (`lab down`)")
        run("ip", "link", "add", place.bridge, "type", "bridge")
        run("ip", "addr", "add", f"{subnet}.0.1/16", "dev", place.bridge)
        run("ip", "link", "set", place.bridge, "up")
    return subnet


def plug_in(place: Place, number: int, *, address: str, gateway: str) -> None:
    """Make the host's network namespace and its cable to the bridge."""
    namespace, cable = place.namespace(number), place.cable(number)
    run("ip", "netns", "add", namespace)
    run("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace)
    run("ip", "link", "set", cable, "master", place.bridge, "up")
    commands = f"link set lo up\naddr add {address}/16 dev eth0\nlink set eth0 up\n"
    run("ip", "-n", namespace, "-b", "-", text=commands + f"route add default via {gateway}\n")


def unplug(place: Place, number: int) -> None:
    """Remove what `plug_in` made, if it is there: cable first, its name must be free at once."""
    if place.cable(number) in links(place):
        run("ip", "link", "del", place.cable(number))
    if place.namespace(number) in namespaces(place):
        run("ip", "netns", "del", place.namespace(number))


def namespaces(place: Place) -> list[str]:
    """Network namespaces of this lab that exist now."""
    listed = json.loads(run("ip", "-j", "netns") or "[]")
    return [n["name"] for n in listed if n["name"].startswith(f"hl{place.id}-")]


def links(place: Place) -> list[str]:
    """The bridge and cables of this lab that exist in this machine's own namespace."""
    listed = json.loads(run("ip", "-j", "link"))
    return [n["ifname"] for n in listed if n["ifname"].startswith(f"hl{place.id}")]


def remove(place: Place) -> None:
    for namespace in namespaces(place):
        run("ip", "netns", "del", namespace)
    for link in sorted(links(place), reverse=True):
        # A cable goes by itself shortly after its namespace: losing that race is no fault.
        try:
            run("ip", "link", "del", link)
        except LabError:
            if link in links(place):
                raise
