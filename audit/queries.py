"""Queries for pages. Each page of a search is one query, and one more for outcomes.

The caller decides who may see what: `visible` is a condition on Entry.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.models import FIRST, SECOND, Entry, Verification
from audit.names import count_up_to
from audit.shapes import Kind, Result

# a search by time finds all entries even if the clock was set back by this much
CLOCK_SLACK = timedelta(minutes=15)
_SHORT_ID = 12
_FULL_ID = 64
_HEAVY = ("canonical", "previous")


@dataclass(frozen=True)
class Filters:
    """What to look for. Empty means anything, names are whole names, times are aware. `object`: a name, a
    full id, or 12 or more of its first digits. `verb` may end in `.*`. `any_of`: conditions with an index
    each, of which one must hold. `words`: for each word one of its conditions must hold, for either entry
    of a line.
    """

    person: str = ""
    person_id: int | None = None
    verb: str = ""
    host: str = ""
    host_id: int | None = None
    endpoint_id: int | None = None
    object: str = ""
    kind: str = ""
    result: str = ""
    door: str = ""
    since: datetime | None = None
    until: datetime | None = None
    any_of: tuple[Q, ...] = ()
    words: tuple[tuple[Q, ...], ...] = ()


@dataclass(frozen=True)
class Line:
    """One line of the page: the first entry with its outcome. `key` is for paging."""

    entry: Entry
    outcome: Entry | None
    resolution: Entry | None
    key: int

    @property
    def last(self) -> Entry:
        """The entry with the latest state."""
        return self.resolution or self.outcome or self.entry

    @property
    def result(self) -> str:
        """A Result, or "" where there is none yet. A refusal is denied."""
        if self.entry.kind == Kind.REFUSAL:
            return Result.DENIED.value
        return self.last.result

    @property
    def open(self) -> bool:
        """True for an intent without an outcome."""
        return self.entry.kind == Kind.INTENT and self.outcome is None


@dataclass(frozen=True)
class Page:
    """Lines, newest first. `before` fetches the next page. None: there is none."""

    lines: list[Line]
    before: int | None


def search(
    filters: Filters,
    *,
    visible: Q | None,
    before: int | None = None,
    limit: int = 50,
    whole: bool = False,
) -> Page:
    """The newest `limit` lines that match and are visible. `visible` None: all of them. `whole` also
    fetches the canonical bytes, for an export.
    """
    entries = Entry.objects.all() if whole else Entry.objects.defer(*_HEAVY)
    if visible is not None:
        entries = entries.filter(visible)
    entries = entries.filter(_condition(filters))
    if before is not None:
        entries = entries.filter(number__lt=before)
    if filters.until is not None and (newest := _newest(filters.until)) is not None:
        entries = entries.filter(number__lte=newest)
    found: list[Entry] = []
    for query in _by_result(entries, _with_rarest_word(filters)):
        found += query.order_by("-number")[: limit + 1]
    # an intent and its outcome are one line, if both were found
    found = list({entry.intent or entry.number: entry for entry in found}.values())
    found.sort(key=lambda entry: -entry.number)
    shown = found[:limit]
    return Page(_lines(shown, whole=whole), shown[-1].number if len(found) > limit else None)


def line(number: int, *, visible: Q | None) -> Line | None:
    """The whole line of entry `number`. None when it is absent or not visible."""
    entry = Entry.objects.filter(visible or Q(), pk=number).first()
    return _lines([entry], whole=True)[0] if entry else None


def count_lines(most: int, *, visible: Q | None) -> int | None:
    """How many lines the log has, with an intent and its outcome as one. None for more than `most`."""
    found = Entry.objects.filter(visible or Q(), FIRST).order_by()[: most + 1].count()
    return found if found <= most else None


def last_verification() -> Verification | None:
    """The last verification, or None."""
    return Verification.objects.order_by("-id").first()


def _condition(filters: Filters) -> Q:
    wanted = Q()
    for column, value in (
        ("who_name", filters.person or None),
        ("who_id", filters.person_id),
        ("host_name", filters.host or None),
        ("host_id", filters.host_id),
        ("endpoint_id", filters.endpoint_id),
        ("door", filters.door or None),
        ("kind", filters.kind or None),
        ("at__gte", filters.since),
        ("at__lte", filters.until),
    ):
        if value is not None:
            wanted &= Q((column, value))
    if filters.verb:
        wanted &= verb_condition(filters.verb)
    for word in filters.words:
        wanted &= reduce(or_, word, Q(pk__in=[]))
    return wanted & object_condition(filters.object) if filters.object else wanted


def verb_condition(verb: str) -> Q:
    """Condition for a verb, or for all of a kind: `container.*`."""
    if verb.endswith(".*"):
        # a range, since LIKE uses no index on SQLite; "/" comes right after "."
        return Q(verb__gte=verb[:-1], verb__lt=verb[:-2] + "/")
    return Q(verb=verb)


def _with_rarest_word(filters: Filters) -> Filters:
    """Filters in which the rarest word drives the index walk, if nothing else does."""
    if not filters.words or filters.any_of or filters.result:
        return filters
    counted = [(count_up_to(list(word)), at) for at, word in enumerate(filters.words)]
    rarest = filters.words[min(counted)[1]] or (Q(pk__in=[]),)
    return replace(filters, any_of=tuple(FIRST & one for one in rarest))


def object_condition(given: str) -> Q:
    """Condition for a full id, 12 or more of its first digits, or a whole name."""
    text = given.lower().removeprefix("sha256:")
    if len(text) >= _SHORT_ID and set(text) <= set("0123456789abcdef"):
        if len(text) == _FULL_ID:
            return Q(target_id=text)
        return Q(target_id__gte=text, target_id__lt=text + "g")
    return Q(target_name=given)


def _newest(until: datetime) -> int | None:
    """An upper bound for numbers written until then, so that a search need not start at the end."""
    later = Entry.objects.filter(at__gt=until + CLOCK_SLACK).order_by("at")
    return later.values_list("number", flat=True).first()


def _by_result(entries: QuerySet[Entry], filters: Filters) -> list[QuerySet[Entry]]:
    if not filters.any_of:
        return _by_outcome(entries, filters)
    if not filters.result:
        return [entries.filter(one) for one in filters.any_of]
    # either entry of a line may match
    held = reduce(or_, filters.any_of)
    held |= Q(intent__in=Entry.objects.filter(held).order_by().values("number"))
    return [query.filter(held) for query in _by_outcome(entries, filters)]


def _by_outcome(entries: QuerySet[Entry], filters: Filters) -> list[QuerySet[Entry]]:
    if not filters.result:
        return [entries.filter(FIRST)]
    ended = entries.filter(SECOND, result=filters.result)
    if filters.result == Result.UNKNOWN:
        resolved = Entry.objects.filter(intent=OuterRef("intent"), kind=Kind.RESOLUTION)
        return [ended.filter(~Exists(resolved))]
    if filters.result == Result.DENIED:
        return [ended, entries.filter(FIRST, kind=Kind.REFUSAL)]
    return [ended]


def _lines(found: list[Entry], *, whole: bool) -> list[Line]:
    """Lines of the entries in their order, intents with outcomes and outcomes with intents."""
    entries = Entry.objects.all() if whole else Entry.objects.defer(*_HEAVY)
    numbers = {entry.intent or entry.number for entry in found}
    absent = [entry.intent for entry in found if entry.intent is not None]
    firsts = {entry.number: entry for entry in found if entry.intent is None}
    firsts |= entries.in_bulk(absent) if absent else {}
    intents = [n for n in numbers if n in firsts and firsts[n].kind == Kind.INTENT]
    ends: dict[tuple[int | None, str], Entry] = {}
    if intents:
        ends = {(end.intent, end.kind): end for end in entries.filter(intent__in=intents)}
    lines = []
    for entry in found:
        number = entry.intent or entry.number
        lines.append(
            Line(
                # an outcome whose intent was dropped is a line of its own
                entry=firsts.get(number, entry),
                outcome=ends.get((number, Kind.OUTCOME.value)),
                resolution=ends.get((number, Kind.RESOLUTION.value)),
                key=entry.number,
            )
        )
    return lines
