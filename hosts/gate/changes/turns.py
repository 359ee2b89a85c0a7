"""Whose turn it is on an endpoint: four changes at once, and nothing starts while something that was just
made has not been looked at.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakKeyDictionary

from hosts.gate.calls.call import Call
from hosts.gate.routes.replies import Refused

# as many changes at once on an endpoint as are good for Podman, and how long one waits for its turn
AT_ONCE: Final = 4
TURN_S: Final = 30.0
# those that take long, and hold no short ones up; those that only wait take no turn
_LONG: Final = frozenset(
    {
        "artifact.add",
        "artifact.extract",
        "artifact.pull",
        "artifact.push",
        "container.commit",
        "container.export",
        "container.files_edit",
        "image.build",
        "image.import",
        "image.list_create",
        "image.list_edit",
        "image.load",
        "image.pull",
        "image.push",
        "image.save",
        "image.search",
    }
)
_WAITING: Final = frozenset({"container.wait", "container.attach", "container.exec"})
_STARTS: Final = frozenset(
    {
        "container.start",
        "container.restart",
        "container.init",
        "container.restore",
        "container.unpause",
        "pod.start",
        "pod.restart",
        "pod.unpause",
    }
)


class _Turns:
    """Those of one endpoint."""

    def __init__(self) -> None:
        self.short = asyncio.Semaphore(AT_ONCE)
        self.long = asyncio.Semaphore(AT_ONCE)
        self._over = asyncio.Condition()
        self._makes = 0
        self._starts = 0

    @asynccontextmanager
    async def making(self) -> AsyncIterator[None]:
        """From the making to the look at what came to be."""
        async with self._over:
            await self._over.wait_for(lambda: not self._starts)
            self._makes += 1
        try:
            yield
        finally:
            async with self._over:
                self._makes -= 1
                self._over.notify_all()

    @asynccontextmanager
    async def starting(self) -> AsyncIterator[None]:
        """While something is started."""
        async with self._over:
            await self._over.wait_for(lambda: not self._makes)
            self._starts += 1
        try:
            yield
        finally:
            async with self._over:
                self._starts -= 1
                self._over.notify_all()


_all: WeakKeyDictionary[asyncio.AbstractEventLoop, defaultdict[int, _Turns]] = WeakKeyDictionary()


@asynccontextmanager
async def making(call: Call) -> AsyncIterator[None]:
    """From the making to the look, within a turn of something that does other things before."""
    endpoints = _all.setdefault(asyncio.get_running_loop(), defaultdict(_Turns))
    async with endpoints[call.endpoint.pk].making():
        yield


@asynccontextmanager
async def turn(call: Call) -> AsyncIterator[None]:
    """Wait for the turn of a change, and have it for the block. Refused where it does not come in time."""
    verb = call.request.route.verb
    if verb in _WAITING:
        yield
        return
    endpoints = _all.setdefault(asyncio.get_running_loop(), defaultdict(_Turns))
    turns = endpoints[call.endpoint.pk]
    lasts = verb in _LONG or verb == "kube.play" or call.request.route.path.endswith("/prune")
    queue = turns.long if lasts else turns.short
    try:
        async with asyncio.timeout(TURN_S):
            await queue.acquire()
    except TimeoutError as late:
        words = f"Four changes are under way on {call.endpoint}; this one did not get its turn."
        raise Refused(503, words, wait_s=5) from late
    try:
        if verb in _STARTS:
            async with turns.starting():
                yield
        elif verb.endswith(".create"):
            async with turns.making():
                yield
        else:
            yield
    finally:
        queue.release()
