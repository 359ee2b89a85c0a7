"""The shape of an action: its verb, what it does in the worker, how a broken try is settled."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settled


@dataclass(frozen=True)
class Action:
    """One per verb. `queue`: "short" for what takes seconds, "long" for pulls and the like.

    `waits`: it only looks, maybe for hours, and takes no slot from those who change something.
    """

    verb: str
    carry_out: Callable[[Errand], Awaitable[dict[str, Any]]]
    find_out: Callable[[Errand], Awaitable[Settled]]
    queue: str = "short"
    waits: bool = False
    # puts in order what an unknown try has left half done, once its host is back
    mend: Callable[[Errand], Awaitable[None]] | None = None
    # in `find_out`'s place once an unknown try's host is back; None: it may still be going on
    look_back: Callable[[Errand], Awaitable[Settled | None]] | None = None

    async def do(self, errand: Errand) -> dict[str, Any]:
        """Carry it out; returns the result."""
        return await self.carry_out(errand)

    async def settle(self, errand: Errand) -> Settled:
        """Find out whether a broken try had its effect."""
        return await self.find_out(errand)
