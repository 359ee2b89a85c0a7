"""Ends of containers, from their events: the last one, and how many crashes in a row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# a crash this long after the last one begins a new row of crashes
WINDOW = timedelta(minutes=10)
# this many crashes in a row are a crash loop; as in Container's index
LOOP = 3
# the restart policy acts within this time, or not at all
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

    def add_end(self, at: datetime, code: int | None) -> None:
        self.at, self.code = at, code

    def add_crash(self, at: datetime, before: datetime | None) -> None:
        """It crashed. `before`: its last crash that this object has seen."""
        if before is not None and at - before > WINDOW:
            self.forget()
        self.crashes += 1
        self.first_crash = self.first_crash or at

    def forget(self) -> None:
        """Somebody started it, or it has stayed up: count crashes from here."""
        self.crashes, self.first_crash, self.anew = 0, None, True
