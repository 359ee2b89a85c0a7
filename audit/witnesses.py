"""Evidence beside the chain: checkpoints inside and outside, and closed segments."""

from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.translation import gettext as _

from audit.chain_reader import Fault
from audit.checkpoints import (
    MAX_AGE,
    MAX_ENTRIES,
    CheckpointMark,
    last_mark,
    marks_inside,
    marks_outside,
    outside_file,
)
from audit.models import Entry, Segment
from audit.segments import holds


@dataclass
class Witnesses:
    """`hashes`: the hash that an entry must have. `last_outside`: the last number known outside."""

    hashes: dict[int, set[str]] = field(default_factory=dict)
    forged: dict[int, str] = field(default_factory=dict)
    outside: set[int] = field(default_factory=set)
    inside: set[int] = field(default_factory=set)
    last_outside: int = 0
    agreed: int = 0

    @property
    def places(self) -> set[int]:
        """Numbers that `check` has something to say about."""
        return self.hashes.keys() | self.forged.keys()

    @classmethod
    def load(cls, public: str) -> "Witnesses":
        """Read all evidence and check the signatures. Faults are raised when their number comes."""
        self = cls()
        seen: set[CheckpointMark] = set()
        for mark in marks_outside():
            if isinstance(mark, int):
                words = _("Line %d of the checkpoints outside the database is not a checkpoint.")
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
                words = _("The signature of closed segment %d is not valid.")
                self.forged.setdefault(segment.first, words % segment.number)
                continue
            self.hashes.setdefault(segment.last, set()).add(bytes(segment.last_hash or b"").hex())
        return self

    def _add(self, mark: CheckpointMark, public: str, seen: set[CheckpointMark]) -> bool:
        if mark in seen:
            return mark.number not in self.forged
        seen.add(mark)
        if not mark.holds(public):
            words = _("The signature of the checkpoint at entry %d is not valid.")
            self.forged.setdefault(mark.number, words % mark.number)
            return False
        self.hashes.setdefault(mark.number, set()).add(mark.hash)
        return True

    def check(self, number: int, digest: bytes) -> None:
        """Raise Fault when entry `number` contradicts the evidence."""
        if words := self.forged.get(number):
            raise Fault(number, "signature", words)
        wanted = self.hashes.get(number)
        if wanted is None:
            return
        if wanted != {digest.hex()}:
            first = self.agreed + 1
            raise Fault(
                first,
                "rewritten",
                _("The checkpoint at entry %(number)d is from another chain: the log was "
                  "rewritten from an entry between %(first)d and %(number)d on.")
                % {"number": number, "first": first},
            )  # fmt: skip
        self.agreed = number

    def check_end(self, last: int) -> None:
        """Raise Fault when the evidence knows entries after the last one."""
        beyond = [number for number in self.hashes if number > last]
        if beyond:
            raise Fault(
                last + 1,
                "cut",
                _("The log ends at entry %(last)d, but there is a checkpoint at entry %(known)d: "
                  "the entries from %(first)d on were cut off.")
                % {"last": last, "known": max(beyond), "first": last + 1},
            )  # fmt: skip
        for number, words in sorted(self.forged.items()):
            if number > last:
                raise Fault(number, "signature", words)

    def check_agreement(self, last: int) -> None:
        """Raise Fault when rows, file and the last checkpoint differ. `last`: the last entry. Also when
        there is no checkpoint, though the log is old enough for one.
        """
        path = outside_file()
        cure = _(
            " Restore what is missing from a copy. If it is lost for good, and you know why, run "
            "`manage.py audit checkpoint --anew`."
        )
        newest = last_mark()
        if newest is not None and newest.number not in self.outside:
            words = _("The checkpoint at entry %(number)d was signed, but is not in %(path)s.")
            raise Fault(newest.number, "checkpoints", words % _at(newest.number, path) + cure)
        if lost := sorted(self.inside - self.outside):
            words = _("The checkpoint at entry %(number)d is in the database, but not in %(path)s.")
            raise Fault(lost[0], "checkpoints", words % _at(lost[0], path) + cure)
        # the file is written first, so an interruption leaves one line without a row
        for one, two in pairwise(sorted(self.outside)):
            if not {one, two} & self.inside:
                words = _(
                    "The checkpoint at entry %(number)d is in %(path)s, but not in the database."
                )
                raise Fault(one, "checkpoints", words % _at(one, path) + cure)
        if not self.outside and (due := _due(last)):
            raise Fault(
                due, "checkpoints", _("There is no checkpoint, although there must be one.") + cure
            )


def _at(number: int, path: object) -> dict[str, object]:
    return {"number": number, "path": path}


def _due(last: int) -> int:
    """The first entry that should have been signed long ago. 0: none, as in the first minutes."""
    if last > 2 * MAX_ENTRIES:
        return MAX_ENTRIES
    first = Entry.objects.order_by("number").first()
    newest = Entry.objects.filter(number__lte=last).order_by("-number").first()
    old = first is not None and newest is not None and newest.at - first.at > 2 * MAX_AGE
    return first.number if old and first is not None else 0
