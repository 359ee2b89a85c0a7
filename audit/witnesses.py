"""What vouches for the chain from beside it: checkpoints inside and outside, closed segments."""

from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.translation import gettext as _

from audit.checkpoints import (
    MAX_AGE,
    MAX_ENTRIES,
    Mark,
    last_mark,
    marks_inside,
    marks_outside,
    outside_file,
)
from audit.models import Entry, Segment
from audit.reading import Bad
from audit.segments import holds


@dataclass
class Witnesses:
    """`hashes` says which hash an entry must have; `last_outside` is the open tail's beginning."""

    hashes: dict[int, set[str]] = field(default_factory=dict)
    forged: dict[int, str] = field(default_factory=dict)
    outside: set[int] = field(default_factory=set)
    inside: set[int] = field(default_factory=set)
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
                self.outside.add(mark.number)
        for mark in marks_inside():
            if self._add(mark, public, seen):
                self.inside.add(mark.number)
        for segment in Segment.objects.filter(closed_at__isnull=False):
            if segment.last is None or not holds(segment, public):
                words = _("The signature of closed segment %d does not hold.")
                self.forged.setdefault(segment.first, words % segment.number)
                continue
            self.hashes.setdefault(segment.last, set()).add(bytes(segment.last_hash or b"").hex())
        return self

    def _add(self, mark: Mark, public: str, seen: set[Mark]) -> bool:
        if mark in seen:
            return mark.number not in self.forged
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

    def check_agreement(self, last: int) -> None:
        """Raise Bad when rows, file and the last checkpoint beside the key know different ones, or none
        knows any though the log is old enough. `last`: the last entry.
        """
        path = outside_file()
        cure = _(
            " Put back what is missing from a copy; if it is gone for good, and you know why, run"
            " `manage.py audit checkpoint --anew`."
        )
        newest = last_mark()
        if newest is not None and newest.number not in self.outside:
            words = _("The checkpoint at entry %(number)d was signed, but is not in %(path)s.")
            raise Bad(newest.number, "checkpoints", words % _at(newest.number, path) + cure)
        if lost := sorted(self.inside - self.outside):
            words = _("The checkpoint at entry %(number)d is in the database, but not in %(path)s.")
            raise Bad(lost[0], "checkpoints", words % _at(lost[0], path) + cure)
        # the file is written first: what ends between the two leaves one line without its row
        for one, two in pairwise(sorted(self.outside)):
            if not {one, two} & self.inside:
                words = _(
                    "The checkpoint at entry %(number)d is in %(path)s, but not in the database."
                )
                raise Bad(one, "checkpoints", words % _at(one, path) + cure)
        if not self.outside and (due := _due(last)):
            raise Bad(
                due, "checkpoints", _("There is no checkpoint at all, and there should be.") + cure
            )


def _at(number: int, path: object) -> dict[str, object]:
    return {"number": number, "path": path}


def _due(last: int) -> int:
    """The first entry that a worker would have signed long ago; 0: none, as in the first minutes."""
    if last > 2 * MAX_ENTRIES:
        return MAX_ENTRIES
    first = Entry.objects.order_by("number").first()
    newest = Entry.objects.filter(number__lte=last).order_by("-number").first()
    old = first is not None and newest is not None and newest.at - first.at > 2 * MAX_AGE
    return first.number if old and first is not None else 0
