"""Uploaded builds whose end was not seen: logs what became of them when their host is back.

A chore of the worker. It does not wait, since it runs again.
"""

import asyncio
import logging
from typing import Final

from django.db import transaction
from django.utils import timezone

from audit import write
from audit.shapes import AlreadySettled, NoSuchIntent, Result
from hosts import bells
from hosts.actions.builds.look_back import build_outcome
from hosts.dial import dial
from hosts.jobs.handler import Settlement
from hosts.jobs.resolve import WITHIN, words_for
from hosts.models import OpenTransfer
from hosts.models.hosts import State
from hosts.podman import Podman, PodmanError

log = logging.getLogger(__name__)
MOST: Final = 50
TIMEOUT_S: Final = 8.0


def look_for_builds() -> int:
    """Resolve the builds whose hosts can be asked. Returns how many were tried."""
    lost = OpenTransfer.objects.exclude(lost_at=None).exclude(image="")
    reachable = lost.filter(endpoint__state__in=(State.UP, State.DEGRADED))
    rows = list(reachable.select_related("endpoint__host").order_by("lost_at")[:MOST])
    if rows:
        for row, settled in zip(rows, asyncio.run(_all(rows)), strict=True):
            if settled is not None:
                _resolve(row, settled)
        bells.ring("audit")
    lost.filter(lost_at__lt=timezone.now() - WITHIN).delete()
    return len(rows)


async def _all(rows: list[OpenTransfer]) -> list[Settlement | None]:
    return list(await asyncio.gather(*map(_one, rows)))


async def _one(row: OpenTransfer) -> Settlement | None:
    """None while it is not known: the host is away, or a build runs there."""
    assert row.endpoint is not None
    try:
        async with Podman(dial(row.endpoint), timeout_s=TIMEOUT_S) as podman:
            return await build_outcome(podman, row.image, row.before)
    except PodmanError as error:
        log.info("the build of transfer %s is looked for again: %s", row.intent, error)
        return None


def _resolve(row: OpenTransfer, settled: Settlement) -> None:
    try:
        with transaction.atomic():
            gone, _rows = OpenTransfer.objects.filter(pk=row.pk).delete()
            if gone and settled is not Settlement.UNKNOWN:
                result = Result.OK if settled is Settlement.DONE else Result.FAILED
                write.resolution(row.intent, result, detail=words_for(settled))
    except (AlreadySettled, NoSuchIntent):
        OpenTransfer.objects.filter(pk=row.pk).delete()
