"""Verifies the log: every entry, the chain, outcomes, checkpoints inside and outside, and the head.

Reads in number order, some thousands at a time. Memory grows only with open intents.
"""

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit import triggers
from audit.chain_reader import ChainReader, Fault, rows_after
from audit.keys import KeyMissing, public_key
from audit.models import Entry, Head, Segment, Verification
from audit.witnesses import Witnesses


@dataclass(frozen=True)
class Report:
    """`count` entries were read, up to number `last`. `checkpoint`: the last outside. `words` is for
    people. Unless `ok`, `first_bad` is the first bad number (or None). `kind` is one of edited, missing,
    inserted, moved, rewritten, cut, signature, pair, head, checkpoints, triggers.
    """

    count: int
    ok: bool
    first_bad: int | None
    kind: str
    words: str
    last: int = 0
    checkpoint: int = 0


def verify(since: int | None = None) -> Report:
    """Verify the whole log, or what comes after entry `since`, which is then trusted."""
    try:
        public = public_key()
    except KeyMissing:
        public = ""  # then no signature holds, and the first one there is says so
    gone = {row.first: row for row in Segment.objects.filter(dropped_at__isnull=False)}
    chain = ChainReader(gone=gone, public=public)
    witnesses = Witnesses.load(public)
    places = witnesses.places
    count = 0
    try:
        if since:
            chain.resume(since)
            witnesses.agreed = since
        elif below := Entry.objects.filter(number__lt=1).order_by("number").first():
            words = _("Entry %d has an impossible number.")
            raise Fault(below.number, "inserted", words % below.number)
        while True:
            while rows := rows_after(chain.number):
                for row in rows:
                    chain.step(row)
                    if chain.number in places:
                        witnesses.check(chain.number, chain.hash)
                count += len(rows)
            if chain.skip_gone():
                continue
            # entries may have come meanwhile; all that the head counts must exist
            head = Head.objects.filter(pk=1).first()
            if _agrees(chain, head) or not rows_after(chain.number, limit=1):
                break
        witnesses.check_end(chain.number)
        _check_head(chain, head)
        witnesses.check_agreement(chain.number)
        if lost := triggers.missing(connection):
            words = _(
                "All entries are valid, but the database no longer refuses changes as it should: %s"
            )
            raise Fault(None, "triggers", words % ", ".join(lost))
    except Fault as bad:
        ok, first_bad, kind, words = False, bad.number, bad.kind, str(bad)
    else:
        ok, first_bad, kind = True, None, ""
        words = _sound_words(chain.number, witnesses.last_outside)
    return Report(
        count=count,
        ok=ok,
        first_bad=first_bad,
        kind=kind,
        words=words,
        last=chain.number,
        checkpoint=witnesses.last_outside,
    )


def save_report(report: Report, *, since: int = 0) -> Verification:
    """Store the result for the audit page."""
    return Verification.objects.create(
        at=timezone.now(),
        since=since,
        number=report.last,
        ok=report.ok,
        first_bad=report.first_bad,
        kind=report.kind,
        words=report.words[:1000],
    )


def _agrees(chain: ChainReader, head: Head | None) -> bool:
    return head is not None and head.number == chain.number


def _check_head(chain: ChainReader, head: Head | None) -> None:
    if head is None:
        if chain.number == 0:
            return
        raise Fault(chain.number, "head", _("The row that holds the last number is missing."))
    if head.number > chain.number:
        words = _(
            "The log ends at entry %(last)d, but %(known)d were written: the last entries "
            "were cut off."
        )
        raise Fault(chain.number + 1, "cut", words % {"last": chain.number, "known": head.number})
    if head.number < chain.number:
        words = _("Only %(known)d entries were written, but the log has %(last)d.")
        raise Fault(
            head.number + 1, "inserted", words % {"last": chain.number, "known": head.number}
        )
    if bytes(head.hash) != chain.hash:
        words = _("Entry %d, the last one, is not the one that was written last.")
        raise Fault(chain.number, "head", words % chain.number)


def _sound_words(last: int, checkpoint: int) -> str:
    """Words for a sound log. They also say which entries could be cut unseen."""
    if last == 0:
        return _("The log is empty.")
    sound = ngettext("%d entry is sound.", "All entries up to %d are sound.", last) % last
    if checkpoint == 0:
        return sound + " " + _("There is no checkpoint outside the database yet.")
    if checkpoint == last:
        return sound + " " + _("The last entry is covered by a checkpoint outside the database.")
    tail = _(
        "The last checkpoint outside the database covers entry %(checkpoint)d. Entries cut "
        "from the %(open)d after it would not be noticed."
    )
    return f"{sound} {tail % {'checkpoint': checkpoint, 'open': last - checkpoint}}"
