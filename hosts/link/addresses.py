"""Which addresses may be dialled. Services that only this machine should reach stay out of reach."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final

from hosts.link.errors import LinkError

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Clouds give credentials here to any caller from the machine itself.
_METADATA: Final = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "fd00:ec2::254",  # Amazon
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure
        "192.0.0.192",  # Oracle
    )
)
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
# a site's own translator (RFC 8215); it may hold the address at any of RFC 6052's places
_NAT64_LOCAL: Final = ipaddress.IPv6Network("64:ff9b:1::/48")
_TRANSLATED: Final = ipaddress.IPv6Network("::ffff:0:0:0/96")
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """`refused`: networks of Haulout's own services. `allowed` wins over every other rule."""

    allow_loopback: bool = False
    refused: tuple[Network, ...] = ()
    allowed: tuple[Network, ...] = ()

    def why_refused(self, ip: Ip) -> str | None:
        """Why this address may not be dialled; None: it may."""
        for inner in (ip, *_embedded(ip)):
            reason = self._why_refused(inner)
            if reason is not None:
                return reason
        return None

    def _why_refused(self, ip: Ip) -> str | None:
        if any(ip in network for network in self.allowed):
            return None
        if ip in _METADATA:
            return "it is a cloud's metadata service"
        if ip.is_link_local:
            return "it is a link-local address"
        if ip.is_unspecified or (ip.version == 4 and int(ip) >> 24 == 0):
            return "it stands for no machine in particular"
        if ip.is_multicast:
            return "it is a multicast address"
        if ip.version == 4 and ip.is_reserved:
            return "it is a reserved address"
        if ip.is_loopback and not self.allow_loopback:
            return "it is this machine itself"
        if any(ip in network for network in self.refused):
            return "it is in a network of Haulout's own services"
        return None


def _embedded(ip: Ip) -> tuple[Ip, ...]:
    # An IPv6 address can carry an IPv4 one that the system or a gateway then connects to.
    if not isinstance(ip, ipaddress.IPv6Address):
        return ()
    found: list[Ip] = [inner for inner in (ip.ipv4_mapped, ip.sixtofour) if inner is not None]
    # the Teredo server, and the one behind it
    found += ip.teredo or ()
    whole = int(ip)
    low = whole & 0xFFFF_FFFF
    compatible = whole >> 32 == 0 and low > 1
    isatap = (whole >> 32) & 0xFFFF_FFFF in _ISATAP
    if ip in _NAT64 or ip in _TRANSLATED or compatible or isatap:
        found.append(ipaddress.IPv4Address(low))
    elif ip in _NAT64_LOCAL:
        # RFC 6052, 2.2: prefixes of 48, 56, 64 and 96 bits; byte 8 is left out
        data = ip.packed
        for place in ((6, 7, 9, 10), (7, 9, 10, 11), (9, 10, 11, 12), (12, 13, 14, 15)):
            found.append(ipaddress.IPv4Address(bytes(data[at] for at in place)))
    return tuple(found)


async def resolve(
    address: str, port: int, policy: AddressPolicy, *, timeout_s: float = 10.0
) -> list[str]:
    """The permitted IP addresses of a name, in the system's order of preference.

    Raises LinkError "port-invalid", "does-not-resolve" or "address-forbidden".
    """
    if not 1 <= port <= 65535:
        raise LinkError(
            "port-invalid",
            cause=f"{port} is not a port number.",
            cure="Give one from 1 to 65535; SSH's own is 22.",
        )
    try:
        async with asyncio.timeout(timeout_s):
            found = await asyncio.get_running_loop().getaddrinfo(
                address, port, type=socket.SOCK_STREAM
            )
    except (socket.gaierror, UnicodeError) as exc:
        raise _unresolved(address, f"The name {address} does not resolve.") from exc
    except TimeoutError as exc:
        raise _unresolved(
            address, f"The name {address} was not resolved within {timeout_s:g} s."
        ) from exc
    permitted: list[str] = []
    reasons: list[str] = []
    for *_, sockaddr in found:
        text = str(sockaddr[0])
        reason = policy.why_refused(ipaddress.ip_address(text.split("%", 1)[0]))
        if reason is None:
            permitted.append(text)
        else:
            reasons.append(f"{text}: {reason}")
    if not permitted:
        raise LinkError(
            "address-forbidden",
            cause=f"{address} is not allowed ({'; '.join(dict.fromkeys(reasons))}).",
            cure="Use an address of the host in your own network, or have it allowed in settings.",
        )
    return list(dict.fromkeys(permitted))


def _unresolved(address: str, cause: str) -> LinkError:
    return LinkError(
        "does-not-resolve",
        cause=cause,
        cure=f"Check the spelling; on Haulout's machine try: getent hosts {address}",
    )
