"""The only way to write the log. All but `refusal` need the caller's transaction.

The head row is locked last and until commit. Write the entry after all other rows of the change.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from audit.append import REPEATED, append, draft, follow_up, lock_head, require_transaction
from audit.models import Entry
from audit.refusals import count_refusal
from audit.shapes import (
    AlreadySettled,
    IntentItem,
    Kind,
    NoSuchIntent,
    OutcomeItem,
    Result,
    Target,
    Who,
)

__all__ = [
    "IntentItem",
    "OutcomeItem",
    "event",
    "intent",
    "intents",
    "observed",
    "outcome",
    "outcomes",
    "refusal",
    "resolution",
]


def intent(
    who: Who,
    verb: str,
    target: Target,
    *,
    params: Mapping[str, Any] | None = None,
    grant: str = "",
    job_id: int | None = None,
) -> int:
    """A person asks for something. Returns the number, which the outcome refers to."""
    asking = IntentItem(who, verb, target, params=params, grant=grant, job_id=job_id)
    return intents([asking])[0]


def intents(items: Iterable[IntentItem]) -> list[int]:
    """Many intents under one lock of the head. Returns their numbers in order."""
    require_transaction()
    drafts = [
        draft(
            Kind.INTENT,
            item.who,
            item.verb,
            item.target,
            params=item.params,
            grant=item.grant,
            job_id=item.job_id,
        )
        for item in items
    ]
    return append(lock_head(), drafts) if drafts else []


def outcome(
    intent_number: int,
    result: Result | str,
    *,
    detail: str = "",
    duration_ms: int | None = None,
) -> int:
    """How an intent ended. A second one raises AlreadySettled, and the transaction stays usable."""
    item = OutcomeItem(intent_number, result, detail=detail, duration_ms=duration_ms)
    return outcomes([item])[0]


def outcomes(items: Iterable[OutcomeItem]) -> list[int]:
    """Many outcomes under one lock, all or none. AlreadySettled names those that had one."""
    require_transaction()
    listed = list(items)
    if not listed:
        return []
    wanted = [item.intent for item in listed]
    entries = _intents(wanted)
    results = [Result(item.result) for item in listed]
    head = lock_head()
    settled = set(_intents_with(wanted, Kind.OUTCOME))
    twice = {number for number, times in Counter(wanted).items() if times > 1}
    if bad := sorted(settled | twice):
        raise AlreadySettled(
            bad, f"These intents have an outcome already, and may have only one: {bad}"
        )
    return append(
        head,
        [
            follow_up(
                entries[item.intent],
                Kind.OUTCOME,
                result=result,
                detail=item.detail,
                duration_ms=item.duration_ms,
            )
            for item, result in zip(listed, results, strict=True)
        ],
    )


def resolution(intent_number: int, result: Result | str, *, detail: str) -> int:
    """What became of an intent with the outcome `unknown`. At most one, and never `unknown` again."""
    require_transaction()
    ended = Result(result)
    if ended is Result.UNKNOWN:
        raise ValueError("A resolution says what became of it; it cannot be unknown again.")
    entry = _intents([intent_number])[intent_number]
    head = lock_head()
    if not Entry.objects.filter(
        intent=intent_number, kind=Kind.OUTCOME, result=Result.UNKNOWN
    ).exists():
        raise NoSuchIntent(
            f"Intent {intent_number} has no outcome `unknown`, so there is nothing to resolve."
        )
    if _intents_with([intent_number], Kind.RESOLUTION):
        raise AlreadySettled([intent_number], f"Intent {intent_number} is resolved already.")
    return append(head, [follow_up(entry, Kind.RESOLUTION, result=ended, detail=detail)])[0]


def refusal(who: Who, verb: str, target: Target, *, reason: str) -> int:
    """A person was refused. Returns the number of the entry that holds or counts it. Opens a transaction if
    there is none. Call it after the refused transaction was rolled back. Equal ones within a minute are
    counted (audit.refusals).
    """
    with transaction.atomic():
        return count_refusal(draft(Kind.REFUSAL, who, verb, target, detail=reason))


def event(
    who: Who,
    verb: str,
    target: Target,
    *,
    params: Mapping[str, Any] | None = None,
    detail: str = "",
    grant: str = "",
) -> int:
    """Something without an outcome of its own: a sign-in, a read, a change of access."""
    return _one(draft(Kind.EVENT, who, verb, target, params=params, detail=detail, grant=grant))


def observed(verb: str, target: Target, *, how: str, count: int = 1) -> int:
    """Somebody else did this on a host. `how`: what showed it. `count`: how often in the minute."""
    return _one(
        draft(Kind.OBSERVED, Who(name="", door="host"), verb, target, detail=how, count=count)
    )


def _one(values: dict[str, Any]) -> int:
    require_transaction()
    return append(lock_head(), [values])[0]


def _intents(numbers: list[int]) -> dict[int, Entry]:
    names = ["number", *REPEATED]
    columns = ", ".join(f'"{name}"' for name in names)
    select = f"SELECT {columns} FROM audit_entry WHERE kind = %s AND number"  # noqa: S608 - constants
    rows = _rows(select, Kind.INTENT, numbers)
    found = {row[0]: Entry(**dict(zip(names, row, strict=True))) for row in rows}
    if absent := sorted(set(numbers) - set(found)):
        raise NoSuchIntent(f"These numbers are no intents: {absent}")
    return found


def _intents_with(numbers: list[int], kind: Kind) -> list[int]:
    return [
        row[0]
        for row in _rows("SELECT intent FROM audit_entry WHERE kind = %s AND intent", kind, numbers)
    ]


def _rows(select: str, kind: Kind, numbers: list[int]) -> list[tuple[Any, ...]]:
    """Plain SQL, as in audit.append. In parts, since the number of parameters is limited."""
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for start in range(0, len(numbers), 500):
            part = numbers[start : start + 500]
            cursor.execute(f"{select} IN ({', '.join(['%s'] * len(part))})", [kind.value, *part])
            found += cursor.fetchall()
    return found
