"""Bridges, network namespaces and cables, made and removed with `ip`."""

import json
from pathlib import Path

from .errors import LabError
from .place import Place, one_at_a_time
from .processes import run

SUBNETS = [f"10.{n}" for n in range(77, 112) if n != 88]
"""10.88 is Podman's own default network: the first container would cut the host off."""

# no address of its own comes and goes with it: each change of the machine's addresses makes
# browsers on it drop their requests
QUIET = ("addrgenmode", "none")


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
            raise LabError("all of 10.77–10.111 is taken: end another lab (`lab down`)")
        run("ip", "link", "add", place.bridge, "type", "bridge")
        run("ip", "link", "set", place.bridge, *QUIET)
        run("ip", "addr", "add", f"{subnet}.0.1/16", "dev", place.bridge)
        run("ip", "link", "set", place.bridge, "up")
    return subnet


def plug_in(place: Place, number: int, *, address: str, gateway: str) -> None:
    """Make the host's network namespace and its cable to the bridge."""
    namespace, cable = place.namespace(number), place.cable(number)
    run("ip", "netns", "add", namespace)
    # A card keeps its address over a power cut; with a new one the neighbours' tables would be stale.
    mac = "02:" + ":".join(f"{byte:02x}" for byte in bytes.fromhex(place.id)) + f":00:{number:02x}"
    peer = ["peer", "name", "eth0", "address", mac, "netns", namespace]
    run("ip", "link", "add", cable, "type", "veth", *peer)
    run("ip", "link", "set", cable, *QUIET)
    run("ip", "link", "set", cable, "master", place.bridge, "up")
    commands = f"link set lo up\naddr add {address}/16 dev eth0\nlink set eth0 up\n"
    run("ip", "-n", namespace, "-b", "-", text=commands + f"route add default via {gateway}\n")


def unplug(place: Place, number: int) -> None:
    """Remove what `plug_in` made, if it is there: cable first, its name must be free at once."""
    if place.cable(number) in links(place):
        run("ip", "link", "del", place.cable(number))
    if place.namespace(number) in namespaces(place):
        run("ip", "netns", "del", place.namespace(number))


def wire_names(place: Place, number: int) -> tuple[str, str]:
    """The two tap devices of a bad cable: the host's side, the bridge's side."""
    return f"{place.cable(number)}a", f"{place.cable(number)}b"


def exist(*names: str) -> bool:
    return all(Path("/sys/class/net", name).exists() for name in names)


def splice(place: Place, number: int) -> None:
    """Put the running wire between the host's cable and the bridge."""
    host_side, bridge_side = wire_names(place, number)
    between = f"{place.cable(number)}w"
    commands = f"""link add {between} type bridge
link set {host_side} addrgenmode none
link set {bridge_side} addrgenmode none
link set {between} addrgenmode none
link set {host_side} master {between} up
link set {between} up
link set {bridge_side} master {place.bridge} up
link set {place.cable(number)} master {between}
"""
    run("ip", "-b", "-", text=commands)


def unsplice(place: Place, number: int) -> None:
    """Put the host's cable back on the lab's bridge; the taps go with the wire's process."""
    cable, between = place.cable(number), f"{place.cable(number)}w"
    if exist(cable):
        run("ip", "link", "set", cable, "master", place.bridge)
    if exist(between):
        run("ip", "link", "del", between)


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
