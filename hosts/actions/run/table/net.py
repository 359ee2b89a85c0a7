"""Networks, names and addresses."""

import ipaddress
import re
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts.actions.run import run_fields
from hosts.actions.run.run_ports import port_words
from hosts.actions.run.table.field import Field, Kind, Params, Spec, at
from hosts.actions.run.table.inspected import InspectedContainer, lines_of
from hosts.actions.run.table.networks import (
    Network,
    network,
    network_words,
    networks_of,
    put_networks,
)
from hosts.actions.run.table.parsers import join_lines, lines, matching, separated, tick
from hosts.refusals import Refusal

_MAC = matching(r"(?i)[0-9a-f]{2}([:-][0-9a-f]{2}){5}", _("“%s” is not a MAC address."))
_HOST_NAME = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"


def _address(version: int) -> Any:
    def read(text: str) -> str:
        text = text.strip()
        if not text:
            return ""
        try:
            found = ipaddress.ip_address(text)
        except ValueError as exc:
            raise Refusal(_now("“%s” is not an IP address.") % text[:60]) from exc
        if version and found.version != version:
            raise Refusal(
                _now("“%(text)s” is not an IPv%(n)d address.") % {"text": text, "n": version}
            )
        return str(found)

    return read


def _server(text: str) -> str:
    return "none" if text == "none" else str(_address(0)(text))


def _put_servers(spec: Spec, servers: Any, _params: Params) -> None:
    if servers == ["none"]:
        spec["use_image_resolve_conf"] = True
    else:
        spec["dns_server"] = servers


def _extra(text: str) -> str:
    name, colon, address = text.partition(":")
    if not colon:
        name, _equals, address = text.partition("=")
    if not all(re.fullmatch(_HOST_NAME, one) for one in name.split(";")):
        raise Refusal(_now("“%s” is not valid: write name:address.") % text[:80])
    if address != "host-gateway":
        address = str(_address(0)(address.strip("[]")))
    if not address:
        raise Refusal(_now("“%s” is not valid: write name:address.") % text[:80])
    return f"{name}:{address}"


def _expose(text: str) -> str:
    port, slash, protocol = text.partition("/")
    run_fields.port(f"{port}/{protocol}" if slash else port)
    return f"{port}/{protocol.lower()}" if slash else port


def _put_expose(spec: Spec, values: Any, _params: Params) -> None:
    found: dict[str, str] = {}
    for value in values:
        port = run_fields.port(value)
        for inner in range(port["container_port"], port["container_port"] + port["range"]):
            known = found.get(str(inner))
            found[str(inner)] = f"{known},{port['protocol']}" if known else port["protocol"]
    spec["expose"] = found


def _ports_from_inspect(container: InspectedContainer) -> str:
    found = []
    for inner, places in (container.host("PortBindings") or {}).items():
        port, _slash, protocol = str(inner).partition("/")
        for place in places or []:
            address = str(place.get("HostIp") or "")
            outer = str(place.get("HostPort") or "0")
            if port.isdecimal() and outer.isdecimal():
                any_address = address in ("0.0.0.0", "::")  # noqa: S104 - Podman's answer
                found.append(
                    {
                        "protocol": protocol or "tcp",
                        "host_ip": "" if any_address else address,
                        "container_port": int(port),
                        "host_port": int(outer),
                        "range": 1,
                    }
                )
    found.sort(key=lambda one: (one["protocol"], one["host_ip"], one["container_port"]))
    return "\n".join(port_words(port) for port in _spans(found))


def _spans(ports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Neighbouring ports as one range, since Podman lists each port."""
    spans: list[dict[str, Any]] = []
    for port in ports:
        last = spans[-1] if spans else {}
        same = all(last.get(name) == port[name] for name in ("protocol", "host_ip"))
        if same and all(
            last[name] + last["range"] == port[name] for name in ("container_port", "host_port")
        ):
            last["range"] += 1
        else:
            spans.append(dict(port))
    return spans


def _network_from_inspect(container: InspectedContainer) -> str:
    found = networks_of(container)
    return network_words(found[0]) if found else ""


def _further_from_inspect(container: InspectedContainer) -> str:
    return join_lines(network_words(one) for one in networks_of(container)[1:])


def _put(spec: Spec, _value: Any, params: Params) -> None:
    """Networks, addresses and names are one part of the spec."""
    put_networks(spec, params.get("network"), params)


def _port_lines(ports: list[dict[str, Any]]) -> str:
    return "\n".join(port_words(port) for port in ports)


def _first(text: str) -> str:
    """The first network's text, which jobs have always stored."""
    return network_words(network(text)) if text.strip() else ""


def _more(text: str) -> str:
    found: Network = network(text)
    if found.mode:
        raise Refusal(_now("“%s” is not a network: it cannot be combined with others.") % text[:80])
    return network_words(found)


NET = (
    Field(
        "ports",
        _("Ports"),
        lines(run_fields.port),
        at("portmappings", lambda ports: [{k: v for k, v in p.items() if v} for p in ports]),
        ("-p", "--publish"),
        Kind.OWN,
        write=_port_lines,
        from_inspect=_ports_from_inspect,
        logged=True,
    ),
    Field(
        "network",
        _("Network"),
        _first,
        _put,
        ("--network", "--net"),
        from_inspect=_network_from_inspect,
        help=_("Empty: Podman's default. A name, host, none, pasta, or container:name."),
        offers="networks-here",
        logged=True,
    ),
    Field(
        "pod",
        _("Pod"),
        run_fields.name,
        at("pod"),
        ("--pod",),
        from_inspect=lambda container: str(container.inspect.get("Pod") or ""),
        offers="pods-here",
        logged=True,
    ),
    Field(
        "networks",
        _("More networks"),
        lines(_more),
        _put,
        ("--network",),
        Kind.LINES,
        write=join_lines,
        from_inspect=_further_from_inspect,
        help=_("One per line: back, or back:ip=10.89.0.5,alias=db."),
        logged=True,
        live=True,
    ),
    Field("ip", _("Address"), _address(4), _put, ("--ip",), hint="10.89.0.5", logged=True),
    Field("ip6", _("IPv6 address"), _address(6), _put, ("--ip6",), hint="fd00::5", logged=True),
    Field(
        "mac",
        _("MAC address"),
        _MAC,
        _put,
        ("--mac-address",),
        hint="92:d0:c6:0a:29:33",
        logged=True,
    ),
    Field(
        "aliases",
        _("Network aliases"),
        separated(matching(_HOST_NAME, _("“%s” is not a valid name."))),
        _put,
        ("--network-alias",),
        Kind.LINES,
        write=join_lines,
        help=_("More names by which other containers of the network find it."),
        logged=True,
    ),
    Field(
        "hostname",
        _("Host name"),
        matching(_HOST_NAME, _("“%s” is not a host name.")),
        at("hostname"),
        ("--hostname", "-h"),
        from_inspect=lambda container: _hostname(container),
        logged=True,
    ),
    Field(
        "dns",
        _("DNS servers"),
        separated(_server),
        _put_servers,
        ("--dns",),
        Kind.LINES,
        write=join_lines,
        from_inspect=lambda container: lines_of(container.host("Dns")),
        help=_("none keeps the image's resolv.conf."),
        logged=True,
    ),
    Field(
        "dns_search",
        _("DNS search domains"),
        separated(matching(r"[A-Za-z0-9_.-]+", _("“%s” is not a domain."))),
        at("dns_search"),
        ("--dns-search",),
        Kind.LINES,
        write=join_lines,
        from_inspect=lambda container: lines_of(container.host("DnsSearch")),
        logged=True,
    ),
    Field(
        "dns_options",
        _("DNS options"),
        separated(matching(r"[a-z0-9:_-]+", _("“%s” is not an option of resolv.conf."))),
        at("dns_option"),
        ("--dns-option", "--dns-opt"),
        Kind.LINES,
        write=join_lines,
        from_inspect=lambda container: lines_of(container.host("DnsOptions")),
        hint="ndots:2",
        logged=True,
    ),
    Field(
        "add_host",
        _("More lines of /etc/hosts"),
        lines(_extra),
        at("hostadd"),
        ("--add-host",),
        Kind.LINES,
        write=join_lines,
        from_inspect=lambda container: lines_of(container.host("ExtraHosts")),
        help=_("One name:address per line; host-gateway means the host."),
        logged=True,
    ),
    Field(
        "expose",
        _("Exposed ports, not published"),
        separated(_expose),
        _put_expose,
        ("--expose",),
        Kind.LINES,
        write=join_lines,
        hint="9000/tcp",
        logged=True,
    ),
    Field(
        "publish_all",
        _("Publish all ports of the image (-P)"),
        tick,
        at("publish_image_ports"),
        ("-P", "--publish-all"),
        Kind.TICK,
        from_inspect=lambda container: "on" if container.host("PublishAllPorts") else "",
        logged=True,
    ),
    Field(
        "no_hosts",
        _("Keep the image's /etc/hosts (--no-hosts)"),
        tick,
        at("use_image_hosts"),
        ("--no-hosts",),
        Kind.TICK,
        from_inspect=lambda container: "on" if container.inspect.get("UseImageHosts") else "",
        logged=True,
    ),
    Field(
        "no_hostname",
        _("Keep the image's /etc/hostname (--no-hostname)"),
        tick,
        at("use_image_hostname"),
        ("--no-hostname",),
        Kind.TICK,
        from_inspect=lambda container: "on" if container.inspect.get("UseImageHostname") else "",
        logged=True,
    ),
)


def _hostname(container: InspectedContainer) -> str:
    """A host name that was set. Not the id's beginning, and not one of a shared namespace."""
    name = str(container.config("Hostname") or "")
    mode = str(container.host("NetworkMode"))
    shared = container.host("UTSMode") == "host" or mode == "host" or mode.startswith("container")
    automatic = str(container.inspect.get("Id", "")).startswith(name) or shared
    return "" if not name or automatic or container.inspect.get("Pod") else name
