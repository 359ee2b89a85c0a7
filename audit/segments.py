"""Segments: close a run of entries, export it, and only then drop it. For the worker and the console.

A closed segment keeps its last hash and a signature, so the chain holds across dropped entries.
"""

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.append import lock_head
from audit.keys import sign, signed_by
from audit.models import Entry, Head, Segment, SinkPosition
from audit.shapes import AuditError, Target, Who
from audit.sinks import FileSink
from audit.write import event

# entries per transaction: some 20 ms in which nobody else can write to SQLite
DROP_CHUNK = 2000
_DOMAIN = "haulout audit segment 1"


class NotReady(AuditError):
    """The segment is not in the state that this step needs."""


def message(segment: Segment) -> bytes:
    """The bytes that a closed segment's signature is over."""
    start, end = bytes(segment.first_previous).hex(), bytes(segment.last_hash or b"").hex()
    return f"{_DOMAIN}\n{segment.number} {segment.first} {segment.last} {start} {end}".encode()


def holds(segment: Segment, public: str) -> bool:
    """True when the segment is closed and signed by the key with this public half (hex)."""
    return segment.closed_at is not None and signed_by(public, message(segment), segment.signature)


def close(who: Who) -> Segment:
    """Close the open segment with a last entry, and open the next one."""
    with transaction.atomic():
        number = lock_head().segment
        event(who, "audit.close", Target(kind="segment", id=number))
        head = lock_head()
        segment = Segment.objects.get(pk=number)
        segment.last, segment.last_hash = head.number, bytes(head.hash)
        segment.closed_at = timezone.now()
        segment.signature, segment.key = sign(message(segment))
        segment.save()
        Segment.objects.create(
            number=number + 1, first=head.number + 1, first_previous=bytes(head.hash)
        )
        Head.objects.filter(pk=1).update(segment=number + 1)
    return segment


def export(number: int, folder: Path) -> Path:
    """Write a closed segment's exact bytes, one entry a line, to `folder`. Returns the new file. Whole or
    not at all. The segment keeps the file's SHA-256.
    """
    segment = Segment.objects.get(pk=number)
    if segment.closed_at is None or segment.dropped_at is not None:
        raise NotReady(f"Segment {number} must be closed and still here to be exported.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"audit-{number:05d}-{segment.first}-{segment.last}.jsonl"
    half = path.with_suffix(".part")
    digest, count = hashlib.sha256(), 0
    with half.open("wb") as file:
        os.chmod(half, 0o600)
        entries = Entry.objects.filter(segment=number).order_by("number")
        for data in entries.values_list("canonical", flat=True).iterator(chunk_size=5000):
            line = bytes(data) + b"\n"
            digest.update(line)
            file.write(line)
            count += 1
        file.flush()
        os.fsync(file.fileno())
    expected = (segment.last or 0) - segment.first + 1
    if count != expected:
        half.unlink()
        raise NotReady(
            f"Segment {number} has {count} entries instead of {expected}: run"
            " `manage.py audit verify` before anything is exported or dropped."
        )
    half.replace(path)
    segment.exported_at = timezone.now()
    segment.export_name, segment.export_sha256 = path.name, digest.hexdigest()
    segment.save(update_fields=["exported_at", "export_name", "export_sha256"])
    return path


def drop(who: Who, number: int, exported: Path) -> int:
    """Delete an exported segment's entries, after `exported` was checked. Returns how many. The entry about
    it comes first. Entries go in chunks, so that writers do not wait. An interrupted drop can be run again,
    and `verify` accepts what is left.
    """
    segment = Segment.objects.get(pk=number)
    if segment.exported_at is None:
        raise NotReady(f"Segment {number} must be exported before it can be dropped.")
    with exported.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != segment.export_sha256:
            raise NotReady(
                f"{exported} is not the file that segment {number} was exported to."
                " Export it again."
            )
    first, last = segment.first, segment.last or 0
    _require_told(last)
    with transaction.atomic():
        lock_head()
        again = Segment.objects.filter(pk=number, dropped_at__isnull=True)
        if again.update(dropped_at=timezone.now()):
            params = {"count": last - first + 1}
            event(who, "audit.drop", Target(kind="segment", id=number), params=params)
        elif not Entry.objects.filter(segment=number).exists():
            raise NotReady(f"Segment {number} was dropped before.")
    went = 0
    for upto in range(first + DROP_CHUNK - 1, last + DROP_CHUNK, DROP_CHUNK):
        with transaction.atomic():
            gone, _ = Entry.objects.filter(segment=number, number__lte=min(upto, last)).delete()
        went += gone
    return went


def _require_told(last: int) -> None:
    """Raise NotReady while the configured sink file lacks entry `last`."""
    if not settings.HAULOUT_AUDIT_FILE:
        return
    sink = FileSink(Path(settings.HAULOUT_AUDIT_FILE))
    sent_up_to = (
        SinkPosition.objects.filter(name=sink.name).values_list("number", flat=True).first() or 0
    )
    if sent_up_to < last:
        raise NotReady(
            f"{sink.path} holds the entries up to {sent_up_to} only, and this segment ends at {last}: the"
            " worker writes the rest within a minute. If that file cannot be written, mend that first."
        )
