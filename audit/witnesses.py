"""What vouches for the chain from beside it: checkpoints inside and outside, closed segments."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from audit.checkpoints import Mark, marks_inside, marks_outside
from audit.models import Segment
from audit.reading import Bad
from audit.segments import holds


@dataclass
class Witnesses:
    """`hashes` says which hash an entry must have; `last_outside` is the open tail's beginning."""

    hashes: dict[int, set[str]] = field(default_factory=dict)
    forged: dict[int, str] = field(default_factory=dict)
    last_outside: int = 0
    agreed: int = 0

    @property
    def places(self) -> set[int]:
        """Numbers at which `check` has something to say."""
        return self.hashes.keys() | self.forged.keys()

    @classmethod
    def load(cls, public: str) -> "Witnesses":
        """Read all of them and check their signatures; faults are told when their number comes."""
        self = cls()
        seen: set[Mark] = set()
        for mark in marks_outside():
            if isinstance(mark, int):
                words = _("Line %d of the checkpoints outside of the database is no checkpoint.")
                self.forged.setdefault(self.last_outside + 1, words % mark)
                continue
            if self._add(mark, public, seen):
                self.last_outside = max(self.last_outside, mark.number)
        for mark in marks_inside():
            self._add(mark, public, seen)
        for segment in Segment.objects.filter(closed_at__isnull=False, dropped_at__isnull=True):
            if segment.last is None or not holds(segment, public):
                words = _("The signature of closed segment %d does not hold.")
                self.forged.setdefault(segment.first, words % segment.number)
                continue
            self.hashes.setdefault(segment.last, set()).add(bytes(segment.last_hash or b"").hex())
        return self

    def _add(self, mark: Mark, public: str, seen: set[Mark]) -> bool:
        if mark in seen:
            return True
        seen.add(mark)
        if not mark.holds(public):
            words = _("The signature of the checkpoint at entry %d does not hold.")
            self.forged.setdefault(mark.number, words % mark.number)
            return False
        self.hashes.setdefault(mark.number, set()).add(mark.hash)
        return True

    def check(self, number: int, digest: bytes) -> None:
        """Raise Bad when entry `number` is not what was vouched for."""
        if words := self.forged.get(number):
            raise Bad(number, "signature", words)
        wanted = self.hashes.get(number)
        if wanted is None:
            return
        if wanted != {digest.hex()}:
            first = self.agreed + 1
            raise Bad(
                first,
                "rewritten",
                _("The checkpoint at entry %(number)d knows another chain: it was rewritten from"
                  " an entry between %(first)d and %(number)d on.")
                % {"number": number, "first": first},
            )  # fmt: skip
        self.agreed = number

    def check_end(self, last: int) -> None:
        """Raise Bad when something is vouched for that comes after the last entry."""
        beyond = [number for number in self.hashes if number > last]
        if beyond:
            raise Bad(
                last + 1,
                "cut",
                _("The log ends at entry %(last)d, but a checkpoint knows entry %(known)d: the"
                  " entries from %(first)d on were cut off.")
                % {"last": last, "known": max(beyond), "first": last + 1},
            )  # fmt: skip
        for number, words in sorted(self.forged.items()):
            if number > last:
                raise Bad(number, "signature", words)
