"""Regular work on the log: signing in time, and a check of new entries each minute.

For the worker, which has the signing key.
"""

import logging
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from audit.checkpoints import FileLost, checkpoint_if_due, is_due
from audit.models import Head, Verification
from audit.refusals import sum_refusals
from audit.sinks import FileSink, pump
from audit.verify import Report, save_report, verify

log = logging.getLogger(__name__)

WHOLE_EVERY = timedelta(days=1)
KEPT = timedelta(days=30)
# wait before the next try when the checkpoint file is lost
LOST_AGAIN_S = 60.0
_not_before = [0.0]


def upkeep(*, now: datetime | None = None) -> None:
    """Sum up refusals, verify new entries, and write to the file HAULOUT_AUDIT_FILE."""
    now = now or timezone.now()
    sum_refusals(now=now)
    verify_new_entries(now=now)
    if path := getattr(settings, "HAULOUT_AUDIT_FILE", ""):
        while pump(FileSink(Path(path))):
            pass


def must_sign() -> bool:
    """True when entries wait for a checkpoint. Cheap enough for several calls a second."""
    return time.monotonic() >= _not_before[0] and is_due()


def sign() -> None:
    """Sign the log if it is due."""
    try:
        checkpoint_if_due()
    except FileLost as exc:
        # the verification reports it to people
        log.error("%s", exc)
        _not_before[0] = time.monotonic() + LOST_AGAIN_S


def verify_new_entries(*, now: datetime) -> Report | None:
    """Verify entries since the last good result, and once a day the whole log. None: nothing new."""
    sound = Verification.objects.filter(ok=True)
    last = sound.order_by("-id").first()
    whole = sound.filter(since=0, at__gt=now - WHOLE_EVERY).exists()
    head = Head.objects.filter(pk=1).first()
    if last is not None and whole and head is not None and head.number == last.number:
        return None
    since = last.number if last is not None and whole else 0
    report = verify(since or None)
    save_report(report, since=since)
    Verification.objects.filter(at__lt=now - KEPT).delete()
    return report
