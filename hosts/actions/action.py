"""The shape of an action: its card, how it is asked for, what it does in the worker, how a broken try is
settled.
"""

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
    """A verb with a job. `ask` makes it, for a person; or a batch, where it is asked for many alone. `queue`:
    "short" for what takes seconds, "long" for pulls and the like.

    `waits`: it only looks, maybe for hours, and takes no slot from those who change something.
    `again`: asks for the same once more; None where not all of its parameters are kept.
    """

    ask: Callable[..., Any]
    carry_out: Callable[[Errand], Awaitable[dict[str, Any]]]
    find_out: Callable[[Errand], Awaitable[Settlement]]
    ask_many: Callable[..., Batch] | None = None
    queue: str = "short"
    waits: bool = False
    again: Again | None = None
    # puts in order what an unknown try has left half done, once its host is back
    mend: Callable[[Errand], Awaitable[None]] | None = None
    # in `find_out`'s place once an unknown try's host is back; None: it may still be going on
    look_back: Callable[[Errand], Awaitable[Settlement | None]] | None = None

    async def do(self, errand: Errand) -> dict[str, Any]:
        """Carry it out; returns the result."""
        return await self.carry_out(errand)

    async def settle(self, errand: Errand) -> Settlement:
        """Find out whether a broken try had its effect."""
        return await self.find_out(errand)


def on_object(ask: Callable[..., Job]) -> Again:
    """Again on the same object, with the same parameters."""
    return lambda person, job: ask(person, (job.endpoint_id, job.object_id), **job.params)


def by_name(ask: Callable[..., Job]) -> Again:
    """Again at the same Podman, of the same name."""
    return lambda person, job: ask(person, job.endpoint_id, name=job.params["name"])
