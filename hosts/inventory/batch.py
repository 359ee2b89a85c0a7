"""One transaction for the writes of many endpoints: a commit costs the disk more than its rows do.

Synchronous; the link calls it from its one writing thread. A step that fails takes no other along.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from hosts import bells

TOPIC_OF = {
    "container": "containers",
    "pod": "pods",
    "image": "images",
    "volume": "volumes",
    "network": "networks",
}


class LeaseLost(Exception):
    """Another link owns this login now; nothing was written."""


# what one endpoint's odd data may raise, on either database
WRITE_FAULTS = (DatabaseError, InterfaceError, ValueError, TypeError)
STEP_FAULTS = (*WRITE_FAULTS, LeaseLost)
# the database itself is away or busy: running the steps one by one would only wait once each
AWAY = (OperationalError, InterfaceError)


@dataclass(slots=True)
class Batch:
    """What a transaction gathers: bells to ring, and audit entries, which take their lock last."""

    topics: set[str] = field(default_factory=set)
    last: list[Callable[[], object]] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)
    # endpoints whose revision this transaction has raised already
    raised: set[int] = field(default_factory=set)


Step = Callable[[Batch], object]


def write_together(steps: Sequence[Step]) -> list[object]:
    """Run all steps in one transaction; results in order, an exception in place of a result.

    When one fails, everything is rolled back and each is run alone.
    """
    try:
        return _run(steps)
    except AWAY as error:
        return [error] * len(steps)
    except STEP_FAULTS as error:
        if len(steps) == 1:
            return [error]
    return [write_together([step])[0] for step in steps]


def _run(steps: Sequence[Step]) -> list[object]:
    batch = Batch()
    try:
        with transaction.atomic():
            results = [step(batch) for step in steps]
            for entry in batch.last:
                entry()
            if batch.last:
                batch.topics.add("audit")
            if batch.topics:
                bells.ring(*sorted(batch.topics))
    except BaseException:
        for undo in batch.undo:
            undo()
        raise
    return results
