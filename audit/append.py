"""Numbers and chains entries under the head's lock. Used by audit.write and audit.refusals."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from audit.chain import FIELDS, VERSION, canonical, digest
from audit.clean import clean
from audit.keys import keyed_hash
from audit.models import Entry, Head, Segment
from audit.params import canonical_params
from audit.shapes import ChainBroken, Kind, OutsideTransaction, Result, Target, Who

_TEXTS = {
    field.name: field.max_length
    for field in Entry._meta.get_fields()
    if isinstance(field, models.CharField) and field.max_length
}
# Plain SQL only here: all writers wait while the head is locked, and the ORM would take three times as
# long.
_COLUMNS = ["params_text" if name == "params" else name for name in FIELDS] + ["canonical", "hash"]
_INSERT = "INSERT INTO audit_entry ({}) VALUES ({})".format(  # noqa: S608 - names are constants
    ", ".join(f'"{name}"' for name in _COLUMNS), ", ".join(["%s"] * len(_COLUMNS))
)
# columns that an outcome or summing entry repeats
REPEATED = (  # noqa: SIM905 - read as one line
    "who_name who_id session token address forwarded_for door verb"
    " target_kind target_id target_name host_id host_name endpoint_id endpoint_name grant job_id"
).split()


def draft(
    kind: Kind,
    who: Who | None,
    verb: str,
    target: Target,
    *,
    params: Mapping[str, Any] | None = None,
    grant: str = "",
    detail: str = "",
    job_id: int | None = None,
    count: int = 1,
) -> dict[str, Any]:
    """Column values of a new entry, without number and chain."""
    who = who or Who(name="")
    if who.client:
        params = {**(params or {}), "client": who.client}
    return {
        "kind": kind.value,
        "who_name": who.name,
        "who_id": who.user_id,
        "session": keyed_hash(who.session) if who.session else "",
        "token": who.token,
        "address": who.address or "",
        "forwarded_for": who.forwarded_for or "",
        "door": who.door,
        "verb": verb,
        "target_kind": target.kind,
        "target_id": target.id,
        "target_name": target.name,
        "host_id": target.host_id,
        "host_name": target.host_name,
        "endpoint_id": target.endpoint_id,
        "endpoint_name": target.endpoint_name,
        "params": canonical_params(verb, params),
        "grant": grant,
        "result": "",
        "detail": detail,
        "duration_ms": None,
        "intent": None,
        "job_id": job_id,
        "count": count,
    }


def follow_up(
    entry: Entry,
    kind: Kind,
    *,
    result: Result | None = None,
    detail: str = "",
    duration_ms: int | None = None,
    count: int = 1,
    params: str = "{}",
) -> dict[str, Any]:
    """Column values of an entry that repeats who, what and where of `entry`."""
    values = {name: getattr(entry, name) for name in REPEATED}
    return {
        **values,
        "kind": kind.value,
        "params": params,
        "result": result.value if result else "",
        "detail": detail,
        "duration_ms": duration_ms,
        "intent": entry.number if kind in (Kind.OUTCOME, Kind.RESOLUTION) else None,
        "count": count,
    }


def require_transaction() -> None:
    """Raise OutsideTransaction without one: the entry and its change belong together."""
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(
            "An audit entry must be written inside the transaction of the change it tells of:"
            " wrap both in transaction.atomic()."
        )


def lock_head() -> Head:
    """The head row, locked until the transaction ends. Take every other lock before this one."""
    head = _head()
    if head is None:
        # only in a database without entries (a new one, or an emptied test database)
        if not (Entry.objects.exists() or Segment.objects.exists()):
            Head.objects.get_or_create(pk=1)
            return lock_head()
        # or two processes write the first entries: the other's head came just now
        head = _head()
        if head is None:
            raise ChainBroken(
                "The head row of the audit log is missing although entries exist. Nothing is"
                " written any more: run `manage.py audit verify` and restore the database."
            )
    if head.number == 0:
        Segment.objects.get_or_create(
            number=head.segment, defaults={"first": 1, "first_previous": bytes(head.hash)}
        )
    return head


def append(head: Head, drafts: Iterable[dict[str, Any]]) -> list[int]:
    """Write the drafts in order after `head` (from `lock_head`) and move it. Returns their numbers."""
    at = timezone.now()
    number, previous = head.number, bytes(head.hash)
    rows: list[list[Any]] = []
    stored_at = connection.ops.adapt_datetimefield_value(at)
    for values in drafts:
        number += 1
        values |= {"number": number, "segment": head.segment, "version": VERSION, "at": at}
        values["previous"] = previous
        for name, limit in _TEXTS.items():
            if name in values:
                values[name] = clean(values[name], limit=limit)
        data = canonical(values)
        previous = digest(data)
        row = values | {"at": stored_at}
        rows.append([*(row[name] for name in FIELDS), data, previous])
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
        cursor.execute(
            "UPDATE audit_head SET number = %s, hash = %s WHERE id = 1", [number, previous]
        )
    written = list(range(head.number + 1, number + 1))
    head.number, head.hash = number, previous
    return written


def _head() -> Head | None:
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number, hash, segment FROM audit_head WHERE id = 1{lock}")  # noqa: S608
        row = cursor.fetchone()
    return None if row is None else Head(id=1, number=row[0], hash=bytes(row[1]), segment=row[2])
