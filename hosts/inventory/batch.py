"""One transaction for the writes of many endpoints: a commit costs the disk more than its rows do.

Synchronous; the link calls it from its one writing thread. A step that fails takes no other along.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from hosts import bells

TOPIC_OF = {
    "container": "containers",
    "pod": "pods",
    "image": "images",
    "volume": "volumes",
    "network": "networks",
    "secret": "secrets",
    "unit": "units",
}


class LeaseLost(Exception):
    """Another link owns this login now; nothing was written."""


# errors that one endpoint's odd data can cause, on either database
WRITE_FAULTS = (DatabaseError, InterfaceError, ValueError, TypeError)
STEP_FAULTS = (*WRITE_FAULTS, LeaseLost)
# the database itself is away or busy: to run the steps one by one would only wait for each
AWAY = (OperationalError, InterfaceError)


@dataclass(slots=True)
class WriteBatch:
    """What a transaction gathers: bells to ring, and audit entries, which take their lock last."""

    topics: set[str] = field(default_factory=set)
    last: list[Callable[[], object]] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)
    # (login, epoch) of leases that this transaction has checked
    held: set[tuple[int, int]] = field(default_factory=set)
    # endpoints whose revision this transaction has raised
    raised: set[int] = field(default_factory=set)


def require_lease(batch: WriteBatch, login_id: int, epoch: int) -> None:
    """Raise LeaseLost unless the login's lease has this epoch. It is kept until the commit.

    Plain SQL: every write begins with it, and the ORM takes longer than the database.
    """
    if (login_id, epoch) in batch.held:
        return
    # SQLite lets writers in one by one anyway
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM hosts_login WHERE id = %s AND epoch = %s{lock}",  # noqa: S608
            [login_id, epoch],
        )
        if cursor.fetchone() is None:
            raise LeaseLost
    batch.held.add((login_id, epoch))


Step = Callable[[WriteBatch], object]


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
    batch = WriteBatch()
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
        # memory must match the database again, whatever ended the transaction
        for undo in batch.undo:
            undo()
        raise
    return results
