"""Where somebody comes from, for limits and the log."""

import ipaddress

from django.conf import settings


def addresses(peer: str, forwarded: str) -> tuple[str, str]:
    """(address that counts, header as it came). The header counts only from a trusted proxy."""
    if not forwarded or not _trusted(peer):
        return peer, forwarded[:200]
    for hop in reversed([part.strip() for part in forwarded.split(",")]):
        if not _trusted(hop):
            return hop[:64], forwarded[:200]
    return peer, forwarded[:200]


def _trusted(address: str) -> bool:
    try:
        given = ipaddress.ip_address(address)
        return any(
            given in ipaddress.ip_network(net, strict=False)
            for net in settings.HAULOUT_TRUSTED_PROXIES
        )
    except ValueError:
        return False
