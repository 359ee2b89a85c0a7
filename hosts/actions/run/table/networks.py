"""One network as `--network` takes it: a mode, or a name with addresses and aliases."""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.run.table.inspected import InspectedContainer
from hosts.refusals import Refusal

# modes without a Podman network, and modes with options of their own
ALONE = ("host", "none", "private", "pasta", "slirp4netns")
_TUNED = ("pasta", "slirp4netns")
MODES = (*ALONE, "bridge")
# means Podman's default network, whatever its name
ENGINE_DEFAULT = "default"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")


@dataclass
class Network:
    """`mode`: host, none, pasta, container:…, ns:…, with its options in `rest`."""

    name: str = ""
    mode: str = ""
    rest: str = ""
    ips: list[str] = field(default_factory=list)
    mac: str = ""
    aliases: list[str] = field(default_factory=list)
    interface: str = ""
    others: dict[str, str] = field(default_factory=dict)


def network(text: str) -> Network:
    """Parse the text. Empty is the default. Refusal."""
    text = text.strip()
    head, colon, rest = text.partition(":")
    if head in ALONE:
        if rest and head not in _TUNED:
            raise Refusal(_("“%s” cannot have options.") % head)
        return Network(mode=head, rest=_clean(rest))
    if head in ("container", "ns"):
        if not (re.fullmatch(r"/[^\s,]+", rest) if head == "ns" else _NAME.fullmatch(rest)):
            raise Refusal(_("Write container:name, or ns:/path."))
        return Network(mode=head, rest=rest)
    if text and not _NAME.fullmatch(head):
        raise Refusal(_("“%s” is not a valid network name.") % text[:80])
    found = Network(name=head)
    if colon:
        _options(found, rest)
    return found


def _clean(rest: str) -> str:
    if any(ord(letter) <= 32 for letter in rest):
        raise Refusal(_("Network options cannot contain spaces."))
    return rest


def _options(found: Network, rest: str) -> None:
    for part in rest.split(","):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise Refusal(_("“%s” is not valid: write name=value.") % part[:80])
        if name in ("ip", "ip6"):
            try:
                found.ips.append(str(ipaddress.ip_address(value)))
            except ValueError as exc:
                raise Refusal(_("“%s” is not an IP address.") % value[:60]) from exc
        elif name == "alias":
            found.aliases.append(value)
        elif name == "mac":
            found.mac = value
        elif name == "interface_name":
            found.interface = value
        elif re.fullmatch(r"[a-z_.-]+", name):
            # Podman checks the driver's options, such as host_interface_name
            found.others[name] = value
        else:
            raise Refusal(_("“%s” is not a network option.") % name[:80])


def network_words(one: Network) -> str:
    """As `--network` takes it."""
    if one.mode:
        return f"{one.mode}:{one.rest}" if one.rest else one.mode
    parts = [f"ip={ip}" for ip in one.ips]
    parts += [f"mac={one.mac}"] if one.mac else []
    parts += [f"alias={alias}" for alias in one.aliases]
    parts += [f"interface_name={one.interface}"] if one.interface else []
    parts += [f"{name}={value}" for name, value in one.others.items()]
    return f"{one.name}:{','.join(parts)}" if parts else one.name


def put_networks(spec: dict[str, Any], first: Any, params: dict[str, Any]) -> None:
    """`network`, `networks`, `ip`, `ip6`, `mac` and `aliases` together."""
    one = network(first or "")
    if one.mode:
        spec["netns"] = _namespace(one)
        if one.mode in _TUNED and one.rest:
            spec["network_options"] = {one.mode: one.rest.split(",")}
        return
    one.ips += [params[name] for name in ("ip", "ip6") if params.get(name)]
    one.mac = one.mac or params.get("mac", "")
    one.aliases += [alias for alias in params.get("aliases", []) if alias not in one.aliases]
    further = [network(text) for text in params.get("networks", [])]
    plain = one.name in ("", "bridge")
    spec["netns"] = {"nsmode": "bridge"}
    if plain and not (one.ips or one.mac or one.aliases or one.interface or further):
        return
    if plain:
        one.name = ENGINE_DEFAULT
    spec["Networks"] = {each.name: _per_network(each) for each in (one, *further)}


def _namespace(one: Network) -> dict[str, str]:
    if one.mode == "ns":
        return {"nsmode": "path", "value": one.rest}
    if one.mode == "container":
        return {"nsmode": "container", "value": one.rest}
    return {"nsmode": one.mode}


def _per_network(one: Network) -> dict[str, Any]:
    found = {
        "static_ips": one.ips,
        "static_mac": one.mac,
        "aliases": one.aliases,
        "interface_name": one.interface,
        "options": one.others,
    }
    return {name: value for name, value in found.items() if value}


def networks_of(container: InspectedContainer) -> list[Network]:
    """The networks of an existing container. Requested addresses do not show."""
    mode = str(container.host("NetworkMode") or "")
    if container.inspect.get("Pod"):
        return []
    if mode.startswith("container:"):
        return [Network(mode="container", rest=mode.partition(":")[2])]
    if mode in ALONE:
        return [] if mode == "private" else [Network(mode=mode)]
    joined = (container.inspect.get("NetworkSettings") or {}).get("Networks") or {}
    # Podman adds these itself: the short id and the host name
    own = (str(container.inspect.get("Id", ""))[:12], str(container.config("Hostname") or ""))
    return [
        Network(
            name=str(name),
            aliases=[str(a) for a in (one or {}).get("Aliases") or [] if a not in own],
        )
        for name, one in joined.items()
    ]
