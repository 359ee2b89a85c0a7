"""An endpoint's events as rows: written together, and counted when they repeat."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import DatabaseError

from hosts.inventory.batch import WriteBatch, require_lease
from hosts.inventory.bounds import BoundedDict
from hosts.inventory.history import KEPT_ROWS, NEWEST_FIRST, fields
from hosts.inventory.tidy import trim
from hosts.link.supervise.database import Database
from hosts.models import HostEvent

log = structlog.get_logger(__name__)
_GATHER_S: Final = 1.0
# equal events of an object within a minute are one row with a count: a crash loop fills no table
_REPEATS_S: Final = 60.0
_REMEMBERED: Final = 1000
_MOST_WAITING: Final = 5000
_TRIM_EVERY: Final = KEPT_ROWS // 10
Key = tuple[str, str, str]


@dataclass(slots=True)
class _Row:
    """An event that is to be written, or was. `pk` 0: not yet. `began`: monotonic."""

    values: dict[str, Any]
    began: float
    count: int = 1
    pk: int = 0


class EventWriter:
    """Of one endpoint, under the lease `epoch` of its login. `note` gathers events, `run` writes."""

    def __init__(self, endpoint_id: int, *, login_id: int, epoch: int, database: Database) -> None:
        self._endpoint_id = endpoint_id
        self._login_id = login_id
        self._epoch = epoch
        self._database = database
        self._open: BoundedDict[Key, _Row] = BoundedDict(_REMEMBERED)
        self._changed: dict[int, _Row] = {}
        self._wake = asyncio.Event()
        self._made = 0

    def note(self, event: dict[str, Any]) -> None:
        """Take an event as Podman sent it. The caller leaves out health checks and execs."""
        values = fields(event)
        now = time.monotonic()
        key = (values["kind"], values["action"], values["podman_id"] or values["name"])
        row = self._open.get(key)
        if row is not None and now - row.began < _REPEATS_S:
            row.count += 1
            row.values = values
        else:
            row = self._open[key] = _Row(values, now)
        if len(self._changed) < _MOST_WAITING:
            self._changed[id(row)] = row
            self._wake.set()

    async def run(self) -> None:
        """Write what was noted, until cancelled. Raises LeaseLost."""
        # read only when something happens: a thousand quiet hosts cost nothing at the start
        await self._wake.wait()
        newest = await self._database.read(self._last)
        while True:
            await self._wake.wait()
            await asyncio.sleep(_GATHER_S)
            self._wake.clear()
            rows, self._changed = list(self._changed.values()), {}
            if newest is not None:
                # what an earlier link wrote is not written again
                rows = [row for row in rows if row.values["at"] > newest]
            # the writing thread gets copies: the rows go on counting here
            copies = [(row.pk, row.count, row.values) for row in rows]
            try:
                made = await self._database.write(lambda batch, c=copies: self._write(batch, c))  # type: ignore[misc]
            except DatabaseError as error:
                log.warning("events not written", count=len(rows), error=str(error))
                continue
            for row, pk in zip(rows, made, strict=True):
                row.pk = pk

    def _last(self) -> datetime | None:
        mine = HostEvent.objects.filter(endpoint_id=self._endpoint_id)
        return mine.order_by("-at").values_list("at", flat=True).first()

    def _write(self, batch: WriteBatch, rows: list[tuple[int, int, dict[str, Any]]]) -> list[int]:
        """Write rows in one transaction; their keys, in order."""
        require_lease(batch, self._login_id, self._epoch)
        fresh = [
            HostEvent(endpoint_id=self._endpoint_id, count=count, **values)
            for pk, count, values in rows
            if not pk
        ]
        made = iter(HostEvent.objects.bulk_create(fresh))
        for pk, count, values in rows:
            if pk:
                HostEvent.objects.filter(pk=pk).update(count=count, **values)
        self._made += len(fresh)
        if self._made >= _TRIM_EVERY:
            self._made = 0
            mine = HostEvent.objects.filter(endpoint_id=self._endpoint_id)
            trim(mine, KEPT_ROWS, *NEWEST_FIRST)
        batch.topics.add("events")
        return [pk or next(made).pk for pk, _count, _values in rows]
