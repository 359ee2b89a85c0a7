"""Reads entries from the table by plain SQL, and follows the chain. For audit.verify."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection
from django.utils.translation import gettext as _

from audit.chain import FIELDS, GENESIS, digest
from audit.models import Entry, Segment
from audit.segments import holds
from audit.shapes import Kind, Result

CHUNK = 5000
_AT, _PARAMS, _PREVIOUS = (FIELDS.index(name) for name in ("at", "params", "previous"))
_NUMBER, _KIND = FIELDS.index("number"), FIELDS.index("kind")
_INTENT, _RESULT = FIELDS.index("intent"), FIELDS.index("result")
_CANONICAL, _HASH = len(FIELDS), len(FIELDS) + 1
# as text: forged values in the table must not stop the reading
_AT_SQL = {
    "sqlite": "CAST(at AS TEXT)",
    "postgresql": """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
}


class Fault(Exception):
    """The first fault: its number (or None), its kind, and words for people."""

    def __init__(self, number: int | None, kind: str, words: str) -> None:
        super().__init__(words)
        self.number = number
        self.kind = kind


def rows_after(number: int, *, limit: int = CHUNK) -> list[tuple[Any, ...]]:
    """Up to `limit` rows above `number`: FIELDS in order, then canonical and hash."""
    names = ", ".join(
        {"at": _AT_SQL[connection.vendor], "params": "params_text", "grant": '"grant"'}.get(
            name, name
        )
        for name in FIELDS
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {names}, canonical, hash FROM audit_entry"  # noqa: S608 - names are constants
            " WHERE number > %s ORDER BY number LIMIT %s",
            [number, limit],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@dataclass
class ChainReader:
    """How far the chain was read: the last number, its hash, and intents without an outcome."""

    gone: dict[int, Segment]
    public: str
    number: int = 0
    hash: bytes = GENESIS
    since: int = 0
    waiting: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    ended_gone: set[tuple[str, int]] = field(default_factory=set)

    def resume(self, since: int) -> None:
        """Continue after entry `since`, as if everything before had been read."""
        entry = Entry.objects.filter(pk=since).first()
        if entry is None:
            raise Fault(
                since,
                "missing",
                _("Entry %d, where verification should begin, is missing.") % since,
            )
        self.number = self.since = since
        self.hash = bytes(entry.hash)

    def step(self, row: tuple[Any, ...]) -> None:
        """Read the next row. Raises Fault."""
        number = row[_NUMBER]
        while number != self.number + 1:
            if number <= self.number or not self.skip_gone(upto=number, previous=row[_PREVIOUS]):
                self._gap(number)
        data, stored = row[_CANONICAL], row[_HASH]
        try:
            again = _rebuild(row)
        except (TypeError, ValueError, AttributeError):
            again = b""
        if again != data or digest(data) != stored:
            self._changed(number, data, stored)
        if row[_PREVIOUS] != self.hash:
            before = max(number - 1, 1)
            raise Fault(
                before,
                "rewritten",
                _("Entry %(number)d does not follow entry %(before)d: one of them was rewritten.")
                % {"number": number, "before": before},
            )
        self.number, self.hash = number, bytes(stored)
        kind = row[_KIND]
        if kind == Kind.INTENT:
            self.waiting.add(number)
        elif kind in (Kind.OUTCOME, Kind.RESOLUTION):
            self._pair(number, kind, row[_INTENT], row[_RESULT])

    def skip_gone(self, *, upto: int | None = None, previous: bytes = b"") -> bool:
        """Skip a dropped segment, or its missing part before the row `upto`. False if there is none here.
        `previous` is the hash that this row has of the entry before it.
        """
        here = self.number + 1
        found = (s for s in self.gone.values() if s.last is not None and s.first <= here <= s.last)
        segment = next(found, None)
        if segment is None or segment.last is None:
            return False
        follows = segment.first != here or bytes(segment.first_previous) == self.hash
        if not holds(segment, self.public) or not follows:
            raise Fault(
                segment.first,
                "signature",
                _("Segment %(segment)d (entries %(first)d to %(last)d) is missing, and its "
                  "signature does not cover that.")
                % {"segment": segment.number, "first": segment.first, "last": segment.last},
            )  # fmt: skip
        if upto is not None and upto <= segment.last:
            # it is being dropped, or the drop was interrupted: the rest leads to the signed last hash
            self.number, self.hash = upto - 1, bytes(previous)
        else:
            self.number, self.hash = segment.last, bytes(segment.last_hash or b"")
        return True

    def _gap(self, number: Any) -> None:
        if isinstance(number, int) and number > self.number:
            words = _("Entry %(expected)d is missing; the next one is %(number)d.")
            expected = self.number + 1
            raise Fault(expected, "missing", words % {"expected": expected, "number": number})
        raise Fault(number, "inserted", _("Entry %s has an impossible number.") % number)

    def _changed(self, number: int, data: Any, stored: Any) -> None:
        try:
            own = orjson.loads(data).get("number")
        except (ValueError, TypeError, AttributeError):
            own = None
        if isinstance(own, int) and own != number and digest(data) == stored:
            raise Fault(
                number,
                "moved",
                _("Entry %(number)d contains what was written as entry %(own)d.")
                % {"number": number, "own": own},
            )
        raise Fault(number, "edited", _("Entry %d was changed after it was written.") % number)

    def _pair(self, number: int, kind: str, intent: int, result: str) -> None:
        waiting = self.waiting if kind == Kind.OUTCOME else self.unknown
        if intent in waiting:
            waiting.discard(intent)
        elif not self._paired_before(kind, intent, number):
            twice = intent < number and Entry.objects.filter(
                intent=intent, kind=kind, number__lt=number
            ).exists()  # fmt: skip
            if twice:
                words = _("Entry %(number)d is a second %(kind)s of intent %(intent)d.")
            else:
                words = _(
                    "Entry %(number)d is the %(kind)s of intent %(intent)d, which waits for none."
                )
            raise Fault(number, "pair", words % {"number": number, "kind": kind, "intent": intent})
        if kind == Kind.OUTCOME and result == Result.UNKNOWN:
            self.unknown.add(intent)

    def _paired_before(self, kind: str, intent: int, number: int) -> bool:
        """True when the intent was not read (dropped, or up to `since`) and this is its outcome."""
        if any(s.first <= intent <= (s.last or 0) for s in self.gone.values()):
            if (kind, intent) in self.ended_gone:
                return False
            self.ended_gone.add((kind, intent))
            return True
        if intent > self.since:
            return False
        entries = Entry.objects.filter(number__lt=number)
        if entries.filter(intent=intent, kind=kind).exists():
            return False
        if kind == Kind.OUTCOME:
            return entries.filter(pk=intent, kind=Kind.INTENT).exists()
        return entries.filter(intent=intent, kind=Kind.OUTCOME, result=Result.UNKNOWN).exists()


def _rebuild(row: tuple[Any, ...]) -> bytes:
    """The canonical bytes, made from the columns."""
    values = dict(zip(FIELDS, row, strict=False))
    at = row[_AT]
    if at[10] == " ":  # SQLite: 2026-01-02 03:04:05[.678901]
        at = f"{at[:10]}T{at[11:]}Z" if len(at) == 26 else f"{at[:10]}T{at[11:]}.000000Z"
    values["at"] = at
    values["params"] = orjson.Fragment(row[_PARAMS])
    values["previous"] = row[_PREVIOUS].hex()
    return orjson.dumps(values)
