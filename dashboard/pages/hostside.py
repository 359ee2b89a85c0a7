"""Questions to a host while somebody looks at a page: over the narrow socket, with a short patience."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from asgiref.sync import async_to_sync

from hosts.dial import dial
from hosts.models import Endpoint
from hosts.podman import Podman

T = TypeVar("T")
PATIENCE_S = 10.0


def ask_host(
    endpoint: Endpoint, work: Callable[[Podman], Awaitable[T]], *, timeout_s: float = PATIENCE_S
) -> T:
    """The result of `work`; each of its calls has `timeout_s`. Raises PodmanError."""

    async def ask() -> T:
        async with Podman(dial(endpoint, streams=True), timeout_s=timeout_s) as podman:
            return await work(podman)

    return async_to_sync(ask)()
