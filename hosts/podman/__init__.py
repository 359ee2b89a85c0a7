"""The Libpod client: what Podman's API can do, as small asyncio functions that take a `Podman`.

Knows no Django, no settings and no database; how a host is reached is handed in as a `Dial`.
"""

from hosts.podman.client import Podman
from hosts.podman.dial import Dial, UnixDial
from hosts.podman.errors import PodmanError

__all__ = ["Dial", "Podman", "PodmanError", "UnixDial"]
