"""What an action is: its card, how it is requested, what the worker does, and how a broken try is settled."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from hosts.access import Person
from hosts.cards import Card
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Batch, Job

# (who asks, the job that has ended): a new job
Again = Callable[[Person, Job], Job]


@dataclass(frozen=True)
class Action(Card):
    """A verb with a job. `ask` makes the job, or a batch where the verb is only for many. `queue`: "short"
    for seconds, "long" for pulls. `waits`: it only reads, maybe for hours, and takes no slot of the
    changes. `again` requests it once more. It is None where not all parameters are kept.
    """

    ask: Callable[..., Any]
    carry_out: Callable[[Errand], Awaitable[dict[str, Any]]]
    find_out: Callable[[Errand], Awaitable[Settlement]]
    ask_many: Callable[..., Batch] | None = None
    queue: str = "short"
    waits: bool = False
    again: Again | None = None
    # cleans up after a try with an unknown outcome, once its host is back
    mend: Callable[[Errand], Awaitable[None]] | None = None
    # replaces `find_out` for an unknown outcome, once the host is back. None: it may still be running
    look_back: Callable[[Errand], Awaitable[Settlement | None]] | None = None

    async def do(self, errand: Errand) -> dict[str, Any]:
        """Carry it out. Returns the result."""
        return await self.carry_out(errand)

    async def settle(self, errand: Errand) -> Settlement:
        """Find out whether a broken try had its effect."""
        return await self.find_out(errand)


def on_object(ask: Callable[..., Job]) -> Again:
    """Again, on the same object with the same parameters."""
    return lambda person, job: ask(person, (job.endpoint_id, job.object_id), **job.params)


def by_name(ask: Callable[..., Job]) -> Again:
    """Again, on the same endpoint with the same name."""
    return lambda person, job: ask(person, job.endpoint_id, name=job.params["name"])
