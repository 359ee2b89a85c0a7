"""Ends and logs terminals that no web process holds any more.

A killed web process leaves a terminal's row. A host that was away still runs its shell. A chore of the
worker: it does not wait, since it runs every 15 s.
"""

import asyncio
import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit import write
from audit.shapes import AlreadySettled, Result
from hosts import bells
from hosts.dial import dial
from hosts.models import OpenTerminal
from hosts.podman import Podman, PodmanError, hang_up
from hosts.podman.errors import Conflict, NotFound

log = logging.getLogger(__name__)
# web processes renew the row every second
UNSEEN = timedelta(seconds=30)
# after that time the outcome stays unknown
GIVE_UP = timedelta(days=7)
MOST = 50
TIMEOUT_S = 8.0
WEB_GONE = "the web process that held it ended"
BACK = "what ran was ended when the host was back"


def settle_terminals() -> int:
    """End what is left and log it. Returns how many were settled."""
    now = timezone.now()
    left = list(
        OpenTerminal.objects.select_related("endpoint__host")
        .filter(Q(seen_at__lt=now - UNSEEN) | Q(lost_at__isnull=False))
        .order_by("seen_at")[:MOST]
    )
    if not left:
        return 0
    ended = asyncio.run(_end_all(left))
    for row, error in zip(left, ended, strict=True):
        if error is None:
            _log_end(row)
        elif row.lost_at is None:
            _log_unknown(row, error)
        elif row.lost_at < now - GIVE_UP:
            row.delete()
    bells.ring("terminals", "audit")
    return ended.count(None)


async def _end_all(rows: list[OpenTerminal]) -> list[str | None]:
    """For each: None when nothing of it runs any more, else why that is not known."""
    return list(await asyncio.gather(*map(_end, rows)))


async def _end(row: OpenTerminal) -> str | None:
    if row.kind == OpenTerminal.Kind.ATTACH:
        return None
    try:
        async with Podman(dial(row.endpoint), timeout_s=TIMEOUT_S) as podman:
            if not row.exec_id:
                # lost before Podman's answer was stored: the mark finds the process
                await hang_up.signal(
                    podman, row.podman_id, mark=row.mark, name="HUP", user=row.user
                )
                return None
            ended = await hang_up.end(
                podman, row.podman_id, row.exec_id, mark=row.mark, user=row.user
            )
    except (NotFound, Conflict):
        # the container is gone or stopped, and the process with it
        return None
    except PodmanError as error:
        return error.message
    return None if ended else "what runs in it did not end"


def _log_end(row: OpenTerminal) -> None:
    with transaction.atomic():
        gone, _per_model = OpenTerminal.objects.filter(pk=row.pk, lost_at=row.lost_at).delete()
        if not gone:
            return
        if row.lost_at is not None:
            write.resolution(row.intent, Result.CANCELLED, detail=BACK)
            return
        try:
            write.outcome(
                row.intent, Result.CANCELLED, detail=WEB_GONE, duration_ms=_lasted_ms(row)
            )
        except AlreadySettled:
            log.info("terminal %s had its outcome already", row.intent)


def _log_unknown(row: OpenTerminal, error: str) -> None:
    detail = f"{WEB_GONE}; {error}"[:1000]
    with transaction.atomic():
        if OpenTerminal.objects.filter(pk=row.pk, lost_at=None).update(lost_at=timezone.now()):
            write.outcome(row.intent, Result.UNKNOWN, detail=detail, duration_ms=_lasted_ms(row))


def _lasted_ms(row: OpenTerminal) -> int:
    return round((row.seen_at - row.started_at).total_seconds() * 1000)
