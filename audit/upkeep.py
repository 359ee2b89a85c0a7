"""What the log needs: to be signed in time, and each minute a look at what is new. For the worker, which
has the signing key.
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
from audit.verify import Report, remember, verify

log = logging.getLogger(__name__)

WHOLE_EVERY = timedelta(days=1)
KEPT = timedelta(days=30)
# how long until it is tried again where the file of checkpoints is lost
LOST_AGAIN_S = 60.0
_not_before = [0.0]


def upkeep(*, now: datetime | None = None) -> None:
    """Sum up refusals, look at what is new, tell the file named by HAULOUT_AUDIT_FILE."""
    now = now or timezone.now()
    sum_refusals(now=now)
    look_at_news(now=now)
    if path := getattr(settings, "HAULOUT_AUDIT_FILE", ""):
        while pump(FileSink(Path(path))):
            pass


def must_sign() -> bool:
    """True when entries wait for a checkpoint. Cheap: for several times a second."""
    return time.monotonic() >= _not_before[0] and is_due()


def sign() -> None:
    """Sign the log where it must be."""
    try:
        checkpoint_if_due()
    except FileLost as exc:
        # the look at what is new says so where people see it
        log.error("%s", exc)
        _not_before[0] = time.monotonic() + LOST_AGAIN_S


def look_at_news(*, now: datetime) -> Report | None:
    """Verify what came since the last sound look; the whole log once a day. None: nothing new."""
    sound = Verification.objects.filter(ok=True)
    last = sound.order_by("-id").first()
    whole = sound.filter(since=0, at__gt=now - WHOLE_EVERY).exists()
    head = Head.objects.filter(pk=1).first()
    if last is not None and whole and head is not None and head.number == last.number:
        return None
    since = last.number if last is not None and whole else 0
    report = verify(since or None)
    remember(report, since=since)
    Verification.objects.filter(at__lt=now - KEPT).delete()
    return report
