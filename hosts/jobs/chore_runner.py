"""Runs chores under a lease row each: one worker at a time, no matter who asked.

Beat asks through Redis. Where beat or Redis is away, workers see by themselves what is overdue.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Q, Value
from django.db.models.functions import Now

from hosts.models import Chore

# this late, a chore is overdue and runs without beat
LATE_S: Final = 5.0
# a time this far ahead comes from a clock that was set back since
_SLACK: Final = timedelta(seconds=10)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChoreSpec:
    """Do `do` at most every `every_s`. `lease_s` after its worker was lost another does it.

    `is_due`: for a chore that no time tells. Every worker asks it as often as `every_s` says.
    """

    every_s: float
    do: Callable[[], object]
    lease_s: float = 60.0
    # for a chore that depends on something else than time
    is_due: Callable[[], bool] | None = None


Chores = Mapping[str, ChoreSpec]


class ChoreRunner:
    """A worker's part in the chores; any thread may call its methods."""

    def __init__(self, chores: Chores, worker: Callable[[], str]) -> None:
        self.chores = chores
        self._worker = worker
        self._at_it: set[str] = set()

    @property
    def untimed(self) -> list[tuple[str, ChoreSpec]]:
        return [(name, chore) for name, chore in self.chores.items() if chore.is_due is not None]

    def do(self, name: str, *, asked: bool = False) -> bool:
        """Do the chore where it is due and nobody does it. False: it was not done.

        `asked`: beat thinks that it is time. What the chore raises goes on to the caller.
        """
        chore = self.chores[name]
        if chore.is_due is not None and not chore.is_due():
            return False
        if not self._take(name, chore, asked=asked):
            return False
        self._at_it.add(name)
        try:
            chore.do()
        finally:
            self._at_it.discard(name)
            Chore.objects.filter(name=name, worker=self._worker()).update(lease_until=None)
        return True

    def overdue(self) -> list[str]:
        """Chores that beat should have asked for by now, and that nobody does."""
        timed = {name: chore for name, chore in self.chores.items() if chore.is_due is None}
        never = timed.keys() - set(Chore.objects.values_list("name", flat=True))
        late = Q(pk__in=())
        for name, chore in timed.items():
            late |= _free(name, chore, chore.every_s + LATE_S)
        return [*never, *Chore.objects.filter(late).values_list("name", flat=True)]

    def renew(self) -> None:
        """Prolong the leases of the chores that this worker does."""
        for name in list(self._at_it):
            until = Now() + Value(timedelta(seconds=self.chores[name].lease_s))
            Chore.objects.filter(name=name, worker=self._worker()).update(lease_until=until)

    def _take(self, name: str, chore: ChoreSpec, *, asked: bool) -> bool:
        Chore.objects.get_or_create(name=name)
        # beat's messages are never exactly on time
        after_s = chore.every_s / 2 if asked or chore.is_due else chore.every_s + LATE_S
        taken = Chore.objects.filter(_free(name, chore, after_s)).update(
            began_at=Now(),
            worker=self._worker(),
            lease_until=Now() + Value(timedelta(seconds=chore.lease_s)),
        )
        return bool(taken)


def _free(name: str, chore: ChoreSpec, after_s: float) -> Q:
    """Nobody does it, and the last time is `after_s` ago or more."""
    lease = timedelta(seconds=chore.lease_s)
    return (
        Q(name=name)
        & (
            Q(lease_until=None)
            | Q(lease_until__lt=Now())
            | Q(lease_until__gt=Now() + Value(lease + _SLACK))
        )
        & (
            Q(began_at=None)
            | Q(began_at__lte=Now() - Value(timedelta(seconds=after_s)))
            | Q(began_at__gt=Now() + Value(_SLACK))
        )
    )
