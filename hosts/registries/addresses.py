"""Which addresses Haulout asks for a registry. Names of images come from hosts, and a host may lie."""

import asyncio
import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from hosts.registries.errors import Failure, RegistryError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# metadata services of clouds, beside those at link-local addresses
_METADATA: Final = [
    ipaddress.ip_network(one)
    for one in ("100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::/32")
]
_THIS: Final = ipaddress.ip_network("0.0.0.0/8")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def address_of(text: str) -> Address | None:
    """The address that `text` spells, an IPv4 one also where IPv6 carries it. None: a name."""
    try:
        found = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            return ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
        return found.ipv4_mapped or found.sixtofour or found
    return found


def is_loopback(host: str) -> bool:
    """True for `localhost` and addresses of the machine itself."""
    address = address_of(host)
    return address.is_loopback if address else host.lower().rstrip(".") == "localhost"


def judge(host: str, *, loopback: bool) -> None:
    """RegistryError for an address that no registry has; a name is judged once it is resolved."""
    address = address_of(host)
    if address is None:
        return
    bad = (
        (address.is_loopback and not loopback)
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or any(address in net for net in (*_METADATA, _THIS))
    )
    if bad:
        raise RegistryError(Failure.ADDRESS, str(address))


def proxy_for(url: str) -> str | None:
    """The proxy of the environment for this address. It resolves names by itself."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)


class JudgedResolver(AbstractResolver):
    """Resolves names, and gives no address that `judge` refuses. `trusted`: hosts of proxies."""

    def __init__(self, *, loopback: bool) -> None:
        self._inner = ThreadedResolver(asyncio.get_running_loop())
        self._loopback = loopback
        self.trusted: set[str] = set()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if host not in self.trusted:
            for one in found:
                judge(one["host"], loopback=self._loopback)
        return found

    async def close(self) -> None:
        await self._inner.close()
