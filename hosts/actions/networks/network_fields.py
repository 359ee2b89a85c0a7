"""The fields of a new network, checked alone and against the host's networks.

Shapes after containers/common libnetwork/types: Subnet, Network. FieldRefusal names the field.
"""

import ipaddress
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from hosts.models import Endpoint, Network
from hosts.models.inventory import LIVE
from hosts.refusals import FieldRefusal

DRIVERS = ("bridge", "macvlan", "ipvlan")
Net = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def subnet(text: str, *, gateway: str = "", lease: str = "") -> dict[str, Any]:
    """{"subnet", "gateway"?, "lease_range"?}. `lease` is a part of the subnet, or FIRST-LAST."""
    net = _net(text)
    found: dict[str, Any] = {"subnet": str(net)}
    if gateway.strip():
        found["gateway"] = str(_inside(gateway, net, "gateway", _("The gateway")))
    if lease.strip():
        first, last = _lease(lease, net)
        found["lease_range"] = {"start_ip": str(first), "end_ip": str(last)}
    return found


def _net(text: str) -> Net:
    try:
        return ipaddress.ip_network(text.strip())
    except ValueError as exc:
        try:
            loose = ipaddress.ip_network(text.strip(), strict=False)
        except ValueError:
            words = _("“%s” is not a subnet: write 10.89.5.0/24 or fd00:5::/64.") % text[:60]
            raise FieldRefusal("subnets", words) from exc
        words = _("“%(text)s” is an address within a subnet; the subnet is %(net)s.")
        raise FieldRefusal("subnets", words % {"text": text[:60], "net": loose}) from exc


def _inside(text: str, net: Net, field: str, what: str) -> Address:
    address = address_of(text, field)
    if address not in net:
        words = _("%(what)s %(address)s is not within %(net)s.")
        raise FieldRefusal(field, words % {"what": what, "address": address, "net": net})
    if address == net.network_address and net.num_addresses > 2:
        words = _("%(address)s is the address of the subnet itself: use the next one.")
        raise FieldRefusal(field, words % {"address": address})
    return address


def address_of(text: str, field: str) -> Address:
    """An IP address. FieldRefusal with `field`."""
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError as exc:
        raise FieldRefusal(field, _("“%s” is not an IP address.") % text.strip()[:60]) from exc


def _lease(text: str, net: Net) -> tuple[Address, Address]:
    if "-" in text:
        start, _dash, end = text.partition("-")
        first = _inside(start, net, "lease", _("The first address"))
        last = _inside(end, net, "lease", _("The last address"))
        if int(first) > int(last):
            raise FieldRefusal("lease", _("The first address is after the last one."))
        return first, last
    try:
        part = ipaddress.ip_network(text.strip())
    except ValueError as exc:
        words = _("“%s” is not a range: write 10.89.5.128/25 or 10.89.5.10-10.89.5.50.")
        raise FieldRefusal("lease", words % text[:60]) from exc
    if part.version != net.version or not part.subnet_of(net):  # type: ignore[arg-type]
        words = _("%(part)s is not within %(net)s.") % {"part": part, "net": net}
        raise FieldRefusal("lease", words)
    # the range's first and last address are usable if the subnet is larger
    first = part[1] if part.network_address == net.network_address else part[0]
    last = part[-2] if part.version == 4 and part[-1] == net[-1] else part[-1]
    return first, last


def clashes(endpoint: Endpoint, subnets: Iterable[dict[str, Any]]) -> None:
    """FieldRefusal when two subnets overlap, or one overlaps a network of the host."""
    wanted = [ipaddress.ip_network(one["subnet"]) for one in subnets]
    for index, net in enumerate(wanted):
        for other in wanted[:index]:
            if net.version == other.version and net.overlaps(other):
                words = _("%(one)s and %(other)s overlap.") % {"one": other, "other": net}
                raise FieldRefusal("subnets", words)
    for name, taken in _taken(endpoint):
        for net in wanted:
            if net.version == taken.version and net.overlaps(taken):
                words = _("%(net)s overlaps %(taken)s of the network “%(name)s” on %(host)s.")
                cure = _("Choose another, or leave it empty: Podman then picks a free one.")
                values = {"net": net, "taken": taken, "name": name, "host": endpoint}
                raise FieldRefusal("subnets", words % values, cure=cure)


def _taken(endpoint: Endpoint) -> Iterable[tuple[str, Net]]:
    rows = Network.objects.filter(LIVE, endpoint=endpoint).values_list("name", "subnets")
    for name, subnets in rows:
        for one in subnets:
            try:
                yield name, ipaddress.ip_network(one.get("subnet", ""), strict=False)
            except ValueError:
                continue


def build(params: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    """The body of `networks/create` from an order's parameters."""
    spec: dict[str, Any] = {
        "name": params["name"],
        "driver": params["driver"],
        "internal": params["internal"],
        "dns_enabled": params["dns"],
        "ipv6_enabled": params["ipv6"],
        "labels": labels,
    }
    optional = {
        "subnets": params["subnets"],
        "network_dns_servers": params["dns_servers"],
        "options": params["options"],
        # the parent interface of macvlan and ipvlan
        "network_interface": params["parent"],
    }
    return spec | {key: value for key, value in optional.items() if value}
