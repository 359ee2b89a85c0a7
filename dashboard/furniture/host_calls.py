"""Calls to a host while a page is shown: over the narrow socket, with a short timeout."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from asgiref.sync import async_to_sync

from hosts.dial import dial
from hosts.models import Endpoint
from hosts.podman import Podman
from hosts.podman.errors import Malformed

log = logging.getLogger(__name__)
T = TypeVar("T")
PATIENCE_S = 10.0
# what reading a list where an object is promised ends in
_ODD = (KeyError, IndexError, TypeError, AttributeError)


def ask_host(
    endpoint: Endpoint, work: Callable[[Podman], Awaitable[T]], *, timeout_s: float = PATIENCE_S
) -> T:
    """The result of `work`; each of its calls has `timeout_s`. Raises PodmanError, also where an
    answer has another shape than Podman's.
    """

    async def ask() -> T:
        async with Podman(dial(endpoint, streams=True), timeout_s=timeout_s) as podman:
            try:
                return await work(podman)
            except _ODD as odd:
                log.warning("an answer of %s is not what Podman says", endpoint, exc_info=True)
                raise Malformed("The answer is not what Podman's API promises.") from odd

    return async_to_sync(ask)()
