"""systemd of an endpoint, over its own bus: permitted calls only. asyncio, no Django, no settings."""

from hosts.systemd.bus import Bus, BusDial
from hosts.systemd.errors import (
    BusError,
    BusInterrupted,
    BusMalformed,
    BusRejected,
    BusUnavailable,
    CallFailed,
    NotPermitted,
)

__all__ = [
    "Bus",
    "BusDial",
    "BusError",
    "BusInterrupted",
    "BusMalformed",
    "BusRejected",
    "BusUnavailable",
    "CallFailed",
    "NotPermitted",
]
