"""The Libpod client: Podman's API as small asyncio functions that take a `Podman`.

Knows no Django, no settings and no database. A `Dial` says how a host is reached.
"""

from hosts.podman.client import Podman
from hosts.podman.dial import Dial, UnixDial
from hosts.podman.errors import PodmanError

__all__ = ["Dial", "Podman", "PodmanError", "UnixDial"]
