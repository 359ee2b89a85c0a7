"""Ends of containers, from their events: the last one, and how many crashes in a row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# a crash so long after the one before it begins a new row of them
WINDOW = timedelta(minutes=10)
# so many in a row make a crash loop; as in Container's index
LOOP = 3
# the policy starts it again sooner than that, else no more
BETWEEN = timedelta(minutes=1)


@dataclass(slots=True)
class Deaths:
    """What happened to one container since the last write.

    A crash: it ended, and its policy started it again. `anew`: crashes that were written before count
    no more. `at` None: it did not end.
    """

    at: datetime | None = None
    code: int | None = None
    crashes: int = 0
    first_crash: datetime | None = None
    anew: bool = False

    def died(self, at: datetime, code: int | None) -> None:
        """It ended."""
        self.at, self.code = at, code

    def crashed(self, at: datetime, before: datetime | None) -> None:
        """It crashed. `before`: its last crash that this object has seen."""
        if before is not None and at - before > WINDOW:
            self.forget()
        self.crashes += 1
        self.first_crash = self.first_crash or at

    def forget(self) -> None:
        """Somebody started it, or it has stayed up: count crashes from here."""
        self.crashes, self.first_crash, self.anew = 0, None, True
