"""Removes parts of files that broken uploads left in containers, once their host is back.

A chore of the worker beside `settle_terminals`. It does not wait, since it runs again.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from audit import write
from audit.shapes import AlreadySettled, NoSuchIntent, Result
from hosts import bells
from hosts.dial import dial
from hosts.models import OpenTransfer
from hosts.models.hosts import State
from hosts.podman import Podman, PodmanError, commands
from hosts.podman.errors import NotFound

log = logging.getLogger(__name__)
GIVE_UP: Final = timedelta(days=7)
MOST: Final = 50
TIMEOUT_S: Final = 8.0
# The name is random, so nobody else uses it. A missing part was moved into place or swept before.
_SWEEP: Final = 'if [ -e "$1" ]; then rm -f -- "$1" && echo swept; fi'
SWEPT: Final = "the part that was written is removed; the file was not put in its place"


def sweep() -> int:
    """Remove the parts. Returns how many are gone."""
    lost = (
        OpenTransfer.objects.select_related("endpoint__host").exclude(lost_at=None).exclude(part="")
    )
    rows = list(
        lost.filter(endpoint__state__in=(State.UP, State.DEGRADED)).order_by("lost_at")[:MOST]
    )
    if rows:
        for row, found in zip(rows, asyncio.run(_sweep_all(rows)), strict=True):
            if found is not None:
                _swept(row, was_there=found)
        bells.ring("audit")
    lost.filter(lost_at__lt=timezone.now() - GIVE_UP).delete()
    return len(rows)


async def _sweep_all(rows: list[OpenTransfer]) -> list[bool | None]:
    return list(await asyncio.gather(*map(_sweep_one, rows)))


async def _sweep_one(row: OpenTransfer) -> bool | None:
    """Whether the part was there. None if not known: the host is away, or the container does not run."""
    assert row.endpoint is not None
    try:
        async with Podman(dial(row.endpoint), timeout_s=TIMEOUT_S) as podman:
            words = ["sh", "-c", _SWEEP, "sh", row.part]
            done = await commands.run(podman, row.container, words, timeout_s=TIMEOUT_S)
    except NotFound:
        # the container is gone, and the part with it
        return False
    except PodmanError as error:
        log.info("a part of transfer %s stays for now: %s", row.intent, error)
        return None
    return done.out.strip() == b"swept" if done.code == 0 else None


def _swept(row: OpenTransfer, *, was_there: bool) -> None:
    try:
        with transaction.atomic():
            if OpenTransfer.objects.filter(pk=row.pk).delete()[0] and was_there:
                write.resolution(row.intent, Result.FAILED, detail=SWEPT)
    except (AlreadySettled, NoSuchIntent):
        # its outcome is known: nothing to resolve
        OpenTransfer.objects.filter(pk=row.pk).delete()
