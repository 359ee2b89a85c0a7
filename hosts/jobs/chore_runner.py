"""Chores under a lease row each: done by one worker at a time, whoever thought of it.

Beat asks for them through Redis. Where beat or Redis is away, workers see by themselves what is overdue.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Q, Value
from django.db.models.functions import Now

from hosts.models import Chore

# so late is overdue, and done without beat
LATE_S: Final = 5.0
# a time so far ahead was written by a clock that has been set back since
_SLACK: Final = timedelta(seconds=10)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChoreSpec:
    """`do` at most every `every_s`, only where `is_due` says so; `lease_s` after its worker was lost
    another does it.
    """

    every_s: float
    do: Callable[[], object]
    lease_s: float = 60.0
    # for what no time tells: then it is asked as often as `every_s` says, by every worker
    is_due: Callable[[], bool] | None = None


Chores = Mapping[str, ChoreSpec]


class ChoreRunner:
    """A worker's part in the chores; its methods may be called from any thread."""

    def __init__(self, chores: Chores, worker: Callable[[], str]) -> None:
        self.chores = chores
        self._worker = worker
        self._at_it: set[str] = set()

    @property
    def untimed(self) -> list[tuple[str, ChoreSpec]]:
        """Those that no time tells."""
        return [(name, chore) for name, chore in self.chores.items() if chore.is_due is not None]

    def do(self, name: str, *, asked: bool = False) -> bool:
        """Do it where it is due and nobody is at it. `asked`: beat thinks that it is time.

        False where it was not done. What it raises goes on to the caller.
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
        """Those that beat should have asked for by now, and that nobody is at."""
        timed = {name: chore for name, chore in self.chores.items() if chore.is_due is None}
        never = timed.keys() - set(Chore.objects.values_list("name", flat=True))
        late = Q(pk__in=())
        for name, chore in timed.items():
            late |= _free(name, chore, chore.every_s + LATE_S)
        return [*never, *Chore.objects.filter(late).values_list("name", flat=True)]

    def renew(self) -> None:
        """Prolong the leases of what this worker is at."""
        for name in list(self._at_it):
            until = Now() + Value(timedelta(seconds=self.chores[name].lease_s))
            Chore.objects.filter(name=name, worker=self._worker()).update(lease_until=until)

    def _take(self, name: str, chore: ChoreSpec, *, asked: bool) -> bool:
        Chore.objects.get_or_create(name=name)
        # beat's message is never exactly on time
        after_s = chore.every_s / 2 if asked or chore.is_due else chore.every_s + LATE_S
        taken = Chore.objects.filter(_free(name, chore, after_s)).update(
            began_at=Now(),
            worker=self._worker(),
            lease_until=Now() + Value(timedelta(seconds=chore.lease_s)),
        )
        return bool(taken)


def _free(name: str, chore: ChoreSpec, after_s: float) -> Q:
    """Nobody is at it, and the last time is `after_s` ago or more."""
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
